import { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

function endOnce(this: Writable, ...args: unknown[]): Writable {
  // oxlint-disable-next-line typescript/unbound-method -- called with its stream
  return this.writableEnded ? this : Reflect.apply(Writable.prototype.end, this, args);
}

/**
 * Makes every `end` of the receiver of a WebSocket but the first one do nothing.
 *
 * ws ends its receiver after the close frame, at the end of the socket and when the socket closes.
 * For each call but the first one, Node makes an error with a stack trace, which is not used. This
 * was a fifth of the time from the handshake of a connection to its end.
 */
export function endReceiverOnce(ws: WebSocket): void {
  // ws does not document this member: without it, the connection only ends more slowly.
  const { _receiver: receiver } = ws as unknown as { readonly _receiver?: unknown };
  if (receiver instanceof Writable) receiver.end = endOnce;
}
