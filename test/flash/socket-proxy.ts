/**
 * Plain TCP for Ruffle, which runs in a page: forwards binary WebSocket frames to a TCP connection.
 *
 * Ruffle does not request the policy file, so this proxy does, and refuses connections without one.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { checkPolicy, type Grant } from './policy-check.js';
import { portOf } from '../support/tcp.js';

function bridge(webSocket: WebSocket, socket: Socket): void {
  webSocket.on('message', (bytes: Buffer) => socket.write(bytes));
  webSocket.on('close', () => socket.destroy());
  webSocket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => webSocket.send(bytes));
  // A reset is reported as a close, because Ruffle does not distinguish them.
  socket.on('error', () => webSocket.close());
  socket.on('close', () => webSocket.close());
  socket.resume();
}

export class SocketProxy {
  /** The source of the permission of each connection, in order. */
  readonly grants: Grant[] = [];
  /** Returns the port of the substitute for port 843, if there is one. */
  policyPort: () => number | undefined = () => undefined;
  /** The ports that do not need a policy file. */
  readonly trusted: Set<number> = new Set();
  readonly #http: Server = createServer();
  readonly #webSockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<SocketProxy> {
    const proxy = new SocketProxy();
    proxy.#http.on('upgrade', (request, socket, head) => {
      void proxy.#onUpgrade(request, socket, head);
    });
    proxy.#http.listen(0, '127.0.0.1');
    await once(proxy.#http, 'listening');
    return proxy;
  }

  get port(): number {
    return portOf(this.#http);
  }

  close(): void {
    this.#http.close();
    for (const webSocket of this.#webSockets.clients) webSocket.terminate();
  }

  /** The path is the target port; the origin is the domain of the file. */
  async #onUpgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): Promise<void> {
    const port = Number(request.url?.slice(1));
    if (!this.trusted.has(port)) {
      const domain = new URL(request.headers.origin ?? '').hostname;
      const grant = await checkPolicy(domain, port, this.policyPort());
      this.grants.push(grant);
      if (grant === null) {
        duplex.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.pause();
    const socketOnError = (): void => {
      duplex.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    };
    socket.once('error', socketOnError);
    socket.once('connect', () => {
      socket.off('error', socketOnError);
      this.#webSockets.handleUpgrade(request, duplex, head, (webSocket) => {
        bridge(webSocket, socket);
      });
    });
  }
}
