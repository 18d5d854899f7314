/**
 * The page lifecycle: a session is closed when its page is unloaded, and a page that is restored
 * from the back/forward cache connects again.
 *
 * @module
 */
import { platform } from '../core/platform.js';
import { liveSockets, type Socket } from '../core/socket.js';
import { defer, listen } from '../core/util.js';

/** Calls `fn` with each live socket when the window emits `event`. */
function onPageEvent(event: string, fn: (socket: Socket) => void): void {
  listen(platform, event, () => {
    const sockets = liveSockets.concat();
    for (let i = 0; i < sockets.length; i++) fn(sockets[i]!);
  });
}

/** Listens to the lifecycle events of the page; does nothing without a page. */
export function watchPageLifecycle(): void {
  // Registered twice: when the last tab of a site is closed, Firefox aborts one running script at
  // an arbitrary point. `unload` is for old browsers only: its listeners disable the
  // back/forward cache.
  for (let i = 0; i < 2; i++) {
    onPageEvent('onpagehide' in platform ? 'pagehide' : 'unload', (socket) => socket._suspend());
  }
  onPageEvent('beforeunload', (socket) => {
    if (socket.connected) socket.transport!._hold();
  });
  // WebKit counts this event as part of the loading: a poll that starts in it would never let the
  // loading end.
  onPageEvent('pageshow', (socket) => defer(() => socket._wake()));
}
