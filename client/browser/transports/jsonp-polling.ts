/**
 * Polling by script elements and posting by a form into a hidden iframe: for other origins in
 * browsers without CORS, and for pages whose policy allows nothing else.
 *
 * @module
 */
import { noop, platform } from '../../core/platform.js';
import { type CloseKind } from '../../core/transport.js';
import {
  cacheBuster,
  createHidden,
  insertHidden,
  later,
  listen,
  load,
  remove,
} from '../../core/util.js';
import { XHRPolling } from '../../core/transports/xhr-polling.js';

/** The object that a response calls: `io.JSONP[INDEX]._(payload)`. */
interface Receiver {
  _(payload: string): void;
}

/** `io.JSONP`; an index is never reused, because responses may be late. */
export const JSONP: Receiver[] = [];

/** Receives the responses of closed connections. */
const CLOSED_RECEIVER: Receiver = { _: noop };

/** How long a poll must stay unrefused until its session counts as resumed, in milliseconds. */
const SETTLE_DELAY_MS = 250;

type OldScript = HTMLScriptElement & { onreadystatechange: unknown; readyState?: string };

export class JSONPPolling extends XHRPolling {
  declare index: number | undefined;
  declare script: OldScript | undefined;
  /** Contains the form and the iframe that receives its response. */
  declare _holder: HTMLElement | undefined;

  static override check(): boolean {
    return !!platform.document;
  }

  static override xdomainCheck(): boolean {
    return true;
  }

  override connect(): this {
    const io = platform as { io?: { JSONP?: Receiver[] } };
    (io.io = io.io || {}).JSONP = JSONP;
    this.index = JSONP.push(this) - 1;
    // Also to resume a session: the response to a form cannot be read, only a poll shows whether
    // the session was refused.
    this.get();
    return super.connect();
  }

  override get(): void {
    if (this._isClosed || this.script) return;
    const script = createHidden('script') as OldScript;
    this.script = script;
    script.async = true;
    script.src = this._url(cacheBuster() + '/' + this.index);
    script.onerror =
      script.onload =
      script.onreadystatechange =
        () => {
          // A response replaces `this.script`, so this script had none. Internet Explorer until 8
          // has only `onreadystatechange`, which is also called for "loading".
          if (this.script === script && !/ing|ive/.test(script.readyState!)) this._onLost();
        };
    insertHidden(script);
  }

  /** Called by the response to a poll. */
  _(payload: string): void {
    remove(this.script);
    this.script = undefined;
    this.onData(payload);
    // Before the load event, a held poll would prevent the page from finishing to load.
    load(() => this.get());
  }

  override sendIORequest(payload: string): void {
    const name = 'socketio' + this.index;
    const holder = (this._holder = createHidden('div') as HTMLElement);
    // As markup: Internet Explorer until 7 ignores a frame name that is set later.
    holder.innerHTML =
      '<form method=post target=' +
      name +
      '><textarea name=data></textarea><iframe name=' +
      name +
      '></iframe></form>';
    const form = holder.firstChild as HTMLFormElement;
    const iframe = form.lastChild as HTMLIFrameElement;
    (form.firstChild as HTMLTextAreaElement).value = payload;
    form.action = this._url('send/n' + cacheBuster() + '/' + this.index);
    insertHidden(holder);
    // Firefox and WebKit emit no event for a POST that fails.
    this._watchPost();
    listen(iframe, 'load', () => {
      try {
        if (iframe.contentWindow!.location.href === 'about:blank') return;
      } catch {
        // a response of another origin, which we cannot access
      }
      later(
        () => {
          remove(holder);
          this._posted(200);
        },
        this.connected ? 0 : SETTLE_DELAY_MS,
      );
    });
    form.submit();
  }

  override _stop(kind: CloseKind): void {
    JSONP[this.index!] = CLOSED_RECEIVER;
    remove(this.script);
    super._stop(kind);
    remove(this._holder);
  }
}
JSONPPolling.prototype.type = 'jsonp-polling';
/**
 * Forms change line breaks, and encode other characters by the charset of the page; old browsers
 * ignore `accept-charset`.
 */
JSONPPolling.prototype._unsafe = /[^ -~]/;
