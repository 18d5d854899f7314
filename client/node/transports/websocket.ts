/** WebSocket connections of the `ws` package. @module */
import { WebSocket } from 'ws';
import type { WebSocketLike } from '../../core/platform.js';
import { CloseKind } from '../../core/transport.js';
import { WS } from '../../core/transports/websocket.js';
import { ClientError } from '../errors.js';
import { readRefusal } from '../http/refusal.js';
import { encodeBatch, type PayloadBatch, reduceLimits } from '../payload-batch.js';
import type { NetworkSockets } from '../progress.js';
import { CLOSE_TIMEOUT_MS, type NodeBase } from '../request-config.js';
import { FlushingWebSocket } from './flushing-websocket.js';

/** The close code "message too big" (RFC 6455, section 7.4.1). */
const TOO_BIG = 1009;

export class NodeWebSocket extends WS {
  declare readonly base: NodeBase;
  /** The longest batch that was sent over this connection. */
  #longestBatch: PayloadBatch | undefined;
  sockets(): NetworkSockets {
    return [(this.socket as FlushingWebSocket | undefined)?.netSocket];
  }

  override prepareUrl(): string {
    const { path, query } = this.base.config;
    const url = super.prepareUrl().replace(/\/$/, '');
    if (path === undefined) return url + query;
    const session = this.sessionid ? `/${this.sessionid}` : '';
    return new URL(url).origin + path + session + query;
  }

  override send(data: unknown): this {
    if (this.socket?.readyState !== WebSocket.OPEN) this.base.queue(data);
    else if (Array.isArray(data)) this.#sendAll(data);
    else this.#write(this.encode(data));
    return this;
  }

  override onError(event: { readonly error: Error }): void {
    super.onError(event.error);
  }

  override _open(url: string): WebSocketLike {
    const { config } = this.base;
    const options = {
      ...config.requestOptions,
      headers: config.headers(),
      maxPayload: config.maxPayload,
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    const socket = new FlushingWebSocket(url, [...config.protocols], options);
    socket.on('upgrade', (response) => {
      socket.netSocket = response.socket;
      config.cookies.store(response.headers['set-cookie']);
    });
    socket.on('unexpected-response', (_request, response) => {
      config.cookies.store(response.headers['set-cookie']);
      readRefusal(response, (error) => this.#fail(error));
    });
    socket.on('close', (code) => {
      if (code === TOO_BIG) this.#onTooBig();
    });
    return socket;
  }

  override _close(kind: CloseKind): void {
    super._close(kind);
    // A lost peer does not answer the closing handshake, and waiting keeps the process running.
    if (kind === CloseKind.LOST) (this.socket as WebSocket | undefined)?.terminate();
  }

  #sendAll(messages: readonly unknown[]): void {
    const { sendLimits } = this.base.config;
    for (let at = 0; at < messages.length;) {
      const batch = encodeBatch(
        messages,
        at,
        sendLimits,
        (message) => this.encode([message]),
        (frames) => Buffer.byteLength(frames),
      );
      if (batch.bytes >= (this.#longestBatch?.bytes ?? 0)) this.#longestBatch = batch;
      this.#write(batch.payload);
      at += batch.count;
    }
  }

  #write(payload: string): void {
    this.base.config.onPayload?.('sent', payload);
    this.socket?.send(payload);
  }

  #onTooBig(): void {
    if (this._isClosed) return;
    if (this.#longestBatch) reduceLimits(this.base.config.sendLimits, this.#longestBatch);
    const message = 'The server closed the connection: a payload was too large (close code 1009)';
    this.base.emit('error', [new ClientError('ERR_SIO_TOO_LARGE', message)]);
  }

  #fail(error: ClientError): void {
    if (this._isClosed) return;
    // The failure of a probe is not an error.
    if ((this.base as { transport?: unknown }).transport === this) this.base.emit('error', [error]);
    this.onDisconnect();
  }
}
