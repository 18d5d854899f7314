/**
 * The page's comings and goings: a session ends when its page does, and a page that the
 * back/forward cache restores connects again.
 *
 * @module
 */
import { root } from '../core/platform.js';
import { liveSockets, type Socket } from '../core/socket.js';
import { defer, listen } from '../core/util.js';

function whenPage(event: string, tell: (socket: Socket) => void): void {
  listen(root, event, () => {
    const sockets = liveSockets.concat();
    for (let i = 0; i < sockets.length; i++) tell(sockets[i]!);
  });
}

/** Watches the page; does nothing where there is none. */
export function watchPage(): void {
  // Twice, because Firefox, when it closes the last tab of a site, breaks one script off where it
  // stands. A listener of `unload` keeps a page out of the cache, so it is for old browsers only.
  for (let i = 0; i < 2; i++) {
    whenPage('onpagehide' in root ? 'pagehide' : 'unload', (socket) => socket._suspend());
  }
  whenPage('beforeunload', (socket) => {
    if (socket.connected) socket.transport!._hold();
  });
  // Coming back counts as loading in WebKit: a poll begun in this event would never let it end.
  whenPage('pageshow', (socket) => defer(() => socket._wake()));
}
