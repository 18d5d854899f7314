/** WebSocket, by the `ws` package. @module */
import { WebSocket } from 'ws';
import type { WebSocketLike } from '../../core/platform.js';
import { Ending } from '../../core/transport.js';
import { WS } from '../../core/transports/websocket.js';
import { linkOf } from '../request-config.js';

/** How long a server may take to hear our last words and goodbye, in milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000;

export class NodeWebSocket extends WS {
  override prepareUrl(): string {
    const { path, query } = linkOf(this.base);
    const url = super.prepareUrl().replace(/\/$/, '');
    if (path === undefined) return url + query;
    const session = this.sessionid ? `/${this.sessionid}` : '';
    return new URL(url).origin + path + session + query;
  }

  override onError(event: { readonly error: Error }): void {
    super.onError(event.error);
  }

  override _open(url: string): WebSocketLike {
    const link = linkOf(this.base);
    const options = {
      ...link.tls,
      ...(link.agent && { agent: link.agent }),
      headers: link.headers(),
      maxPayload: link.maxPayload,
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    const socket = new WebSocket(url, [...link.protocols], options);
    socket.on('upgrade', (response) => link.cookies.take(response.headers['set-cookie']));
    return socket;
  }

  override _close(how: Ending): void {
    super._close(how);
    // Nobody is there to answer a goodbye, and waiting for it would keep the program running.
    if (how === Ending.LOST) (this.socket as WebSocket | undefined)?.terminate();
  }
}
