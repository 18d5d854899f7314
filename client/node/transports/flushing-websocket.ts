/** A WebSocket that closes after everything has been sent. @module */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { ProgressWatch } from '../progress.js';
import { CLOSE_TIMEOUT_MS } from '../request-config.js';

/**
 * Starts the closing handshake, and with it `closeTimeout`, when all messages have been written. A
 * slow connection would otherwise be terminated with messages on their way.
 */
export class FlushingWebSocket extends WebSocket {
  /** The network socket, once the WebSocket is open. */
  netSocket: Socket | undefined;
  #isFlushing = false;

  override close(code?: number, reason?: string | Buffer): void {
    const { netSocket } = this;
    if (this.readyState !== WebSocket.OPEN || !netSocket || netSocket.writableLength === 0) {
      super.close(code, reason);
      return;
    }
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const watch = new ProgressWatch(
      () => [netSocket],
      CLOSE_TIMEOUT_MS,
      () => this.terminate(),
    );
    // called when all bytes before it have been written
    netSocket.write('', () => {
      watch.stop();
      super.close(code, reason);
    });
  }
}
