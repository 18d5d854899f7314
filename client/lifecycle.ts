/**
 * The page's comings and goings: a session ends when its page does, and a page that the
 * back/forward cache restores connects again.
 *
 * @module
 */
import { root } from './platform.js';
import { liveSockets, type Socket } from './socket.js';
import { listen } from './util.js';

function eachLiveSocket(fn: (socket: Socket) => void): void {
  const sockets = liveSockets.concat();
  for (let i = 0; i < sockets.length; i++) fn(sockets[i]!);
}

function rootOnHide(): void {
  eachLiveSocket((socket) => socket._suspend());
}

function rootOnShow(event?: { persisted?: boolean }): void {
  // The first showing of a page has nothing to wake.
  if (event && event.persisted) eachLiveSocket((socket) => socket._wake());
}

/** Watches the page; does nothing where there is none. */
export function watchPage(): void {
  // A listener of `unload` keeps a page out of the cache, so it is for old browsers only.
  if ('onpagehide' in root) {
    listen(root, 'pagehide', rootOnHide);
    listen(root, 'pageshow', rootOnShow as () => void);
  } else if (root.document) listen(root, 'unload', rootOnHide);
}
