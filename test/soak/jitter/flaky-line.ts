import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The network of one client: a TCP proxy that can be offline. */
export class FlakyLine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isOffline = false;

  constructor(port: number) {
    this.#server = createServer((near) => {
      if (this.#isOffline) {
        near.destroy();
        return;
      }
      const far = connect({ port, host: '127.0.0.1' });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen({ port: 0, host: '127.0.0.1' });
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets the connections, and refuses others for so many milliseconds. */
  cut(ms: number): void {
    if (this.#isOffline) return;
    this.#isOffline = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    setTimeout(() => (this.#isOffline = false), ms);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
