/**
 * The option `maxBuffer` for official clients. The official server keeps what a client does not
 * read without a limit.
 *
 * To add up the waiting bytes takes time. So this is done each time a quarter of the limit has been
 * sent, and a client exceeds the limit by at most this quarter.
 *
 * @module
 */
import type { OfficialConnection } from './official.js';

/** A client whose connection is measured. */
export interface BufferedClient {
  readonly _officialConnection: OfficialConnection | null;
  _overflow(): void;
}

/** What waits for a client, in characters and bytes. */
export function waitingSize({ transport, writeBuffer }: OfficialConnection): number {
  let size = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) size += data?.length ?? 0;
  return size;
}

/** Ends a connection, and drops what waits for it. */
export function discard(connection: OfficialConnection): void {
  const { socket } = connection.transport;
  connection.writeBuffer.length = 0;
  // A closing handshake would wait until the client reads the data before it.
  if (socket?.terminate) socket.terminate();
  else connection.close(true);
}

export class SendBuffers {
  readonly #limit: () => number;
  readonly #clients: () => Iterable<BufferedClient>;
  #sent = 0;

  /** @param limit the option `maxBuffer`, which an application may change; 0: no limit */
  constructor(limit: () => number, clients: () => Iterable<BufferedClient>) {
    this.#limit = limit;
    this.#clients = clients;
  }

  /** Some clients have been sent a payload of this size. */
  onSend(size: number): void {
    const limit = this.#limit();
    this.#sent += size;
    if (limit === 0 || this.#sent < limit / 4) return;
    this.#sent = 0;
    for (const client of this.#clients()) {
      const connection = client._officialConnection;
      if (connection !== null && waitingSize(connection) > limit) client._overflow();
    }
  }
}
