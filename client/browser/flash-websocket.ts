/**
 * The page's side of `WebSocketMain.swf`: one Flash object in the page, which opens sockets and
 * queues their events.
 *
 * The Flash file calls functions of the global `WebSocket` by name. They are added to the browser's
 * constructor, which is not changed otherwise, or to a plain object of that name.
 *
 * The sockets and the flags are module state because a page has at most one Flash object.
 *
 * @module
 */
import { noop, platform, type WebSocketLike } from '../core/platform.js';
import { later, load } from '../core/util.js';

/** The Flash file needs the sockets of Flash Player 10. */
const OLDEST_PLAYER = 10;
const ELEMENT_ID = 'webSocketFlash';
const ACTIVEX_ID = 'clsid:D27CDB6E-AE6D-11cf-96B8-444553540000';

/** The functions of the Flash file. */
interface FlashObject extends HTMLElement {
  setCallerUrl(url: string): void;
  setDebug(isDebugging: boolean): void;
  create(
    id: number,
    url: string,
    protocols: string[],
    proxyHost: string | null,
    proxyPort: number,
    headers: string | null,
  ): void;
  /** @returns -1 if the text was sent. */
  send(id: number, encoded: string): number;
  close(id: number): void;
  receiveEvents(): FlashEvent[];
}

/** An event of a socket. */
interface FlashEvent {
  type: 'open' | 'message' | 'close' | 'error';
  webSocketId: number;
  readyState: number;
  /** Percent-encoded. */
  message?: string;
}

interface Window {
  WebSocket?: object;
  WEB_SOCKET_SWF_LOCATION?: string;
}

/** The open sockets by id; an id is never reused. */
const sockets: (FlashWebSocket | undefined)[] = [];
let isInserted = false;
let isReady = false;

function flashObject(): FlashObject {
  // Looked up on each call: emulators replace the element.
  return (platform.document as Document).getElementById(ELEMENT_ID) as FlashObject;
}

/** True if a supported Flash Player is installed. */
export function hasFlash(): boolean {
  let description: string | undefined;
  try {
    const plugins = (platform.navigator as Navigator).plugins as unknown as Record<
      string,
      { description: string } | undefined
    >;
    const plugin = plugins['Shockwave Flash'];
    description = plugin
      ? plugin.description
      : (
          new platform.ActiveXObject!('ShockwaveFlash.ShockwaveFlash') as {
            GetVariable(name: string): string;
          }
        ).GetVariable('$version');
  } catch {
    // no plug-ins, no ActiveX, or no Flash in ActiveX: there is no description
  }
  return !!platform.document && Number(/\d+|$/.exec(description || '')) >= OLDEST_PLAYER;
}

function takeEvents(): void {
  const events = flashObject().receiveEvents();
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    const socket = sockets[event.webSocketId];
    if (socket) socket._take(event);
  }
}

function flashOnInitialized(): void {
  // Calling Flash from within a call of Flash is not safe in all browsers.
  later(() => {
    const flash = flashObject();
    flash.setCallerUrl((platform.location as unknown as Location).href);
    isReady = true;
    for (let i = 0; i < sockets.length; i++) {
      const socket = sockets[i];
      if (socket) socket._create();
    }
  }, 0);
}

function flashOnEvent(): boolean {
  later(takeEvents, 0);
  return true;
}

/** Inserts the Flash file into the page, once. */
function insertFlash(resource: string): void {
  if (isInserted) return;
  isInserted = true;
  const window = platform as Window;
  const target = (window.WebSocket = window.WebSocket || {}) as Record<string, unknown>;
  target['__onFlashInitialized'] = flashOnInitialized;
  target['__onFlashEvent'] = flashOnEvent;
  target['__log'] = target['__error'] = noop; // errors are reported by events
  const swf =
    window.WEB_SOCKET_SWF_LOCATION || resource + '/lib/vendor/web-socket-js/WebSocketMain.swf';
  const holder = (platform.document as Document).createElement('div');
  holder.style.position = 'absolute';
  holder.style.left = '-100px';
  const attributes = platform.ActiveXObject
    ? 'classid="' + ACTIVEX_ID + '"'
    : 'type="application/x-shockwave-flash" data="' + swf + '"';
  holder.innerHTML =
    '<object id="' +
    ELEMENT_ID +
    '" width="1" height="1" ' +
    attributes +
    '><param name="movie" value="' +
    swf +
    '"><param name="allowScriptAccess" value="always"></object>';
  (platform.document as Document).body.appendChild(holder);
}

/** The part of `WebSocket` that we use, implemented by Flash. */
export class FlashWebSocket implements WebSocketLike {
  readyState: number;
  declare onopen: () => void;
  declare onmessage: (event: { data: string }) => void;
  declare onclose: () => void;
  declare onerror: (event: unknown) => void;
  _url: string;
  _id: number;

  /** @param resource the path below which the Flash file is by default. */
  constructor(url: string, resource: string) {
    this.readyState = 0;
    this._url = url;
    this._id = sockets.push(this) - 1;
    if (isReady) this._create();
    else load(() => insertFlash(resource));
  }

  send(data: string): void {
    flashObject().send(this._id, encodeURIComponent(data));
  }

  close(): void {
    if (this.readyState < 2) {
      this.readyState = 3;
      this._forget();
      if (isReady) flashObject().close(this._id);
    }
  }

  _create(): void {
    flashObject().create(this._id, this._url, [], null, 0, null);
  }

  _forget(): void {
    sockets[this._id] = undefined;
  }

  _take(event: FlashEvent): void {
    this.readyState = event.readyState;
    if (event.type === 'open') this.onopen();
    else if (event.type === 'message') this.onmessage({ data: decodeURIComponent(event.message!) });
    else {
      this._forget();
      if (event.type === 'error') this.onerror(event); // a `close` does not always follow
      this.onclose();
    }
  }
}
