/** WebSocket connections of the `ws` package. @module */
import { WebSocket } from 'ws';
import type { WebSocketLike } from '../../core/platform.js';
import { CloseKind } from '../../core/transport.js';
import { WS } from '../../core/transports/websocket.js';
import { CLOSE_TIMEOUT_MS, type NodeBase } from '../request-config.js';

export class NodeWebSocket extends WS {
  declare readonly base: NodeBase;

  override prepareUrl(): string {
    const { path, query } = this.base.config;
    const url = super.prepareUrl().replace(/\/$/, '');
    if (path === undefined) return url + query;
    const session = this.sessionid ? `/${this.sessionid}` : '';
    return new URL(url).origin + path + session + query;
  }

  override onError(event: { readonly error: Error }): void {
    super.onError(event.error);
  }

  override _open(url: string): WebSocketLike {
    const { config } = this.base;
    const options = {
      ...config.tls,
      ...(config.agent && { agent: config.agent }),
      headers: config.headers(),
      maxPayload: config.maxPayload,
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    const socket = new WebSocket(url, [...config.protocols], options);
    socket.on('upgrade', (response) => config.cookies.store(response.headers['set-cookie']));
    return socket;
  }

  override _close(how: CloseKind): void {
    super._close(how);
    // A lost peer does not answer the closing handshake, and waiting keeps the process running.
    if (how === CloseKind.LOST) (this.socket as WebSocket | undefined)?.terminate();
  }
}
