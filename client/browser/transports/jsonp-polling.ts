/**
 * Polling by script elements, posting by a form into a hidden iframe: for other origins in
 * browsers without CORS, and for pages whose policy leaves nothing else.
 *
 * @module
 */
import { noop, root } from '../../core/platform.js';
import { type Ending } from '../../core/transport.js';
import { listen, load, place, remove } from '../../core/util.js';
import { XHRPolling } from '../../core/transports/xhr-polling.js';

/** What an answer calls: `io.JSONP[INDEX]._(payload)`. */
interface Receiver {
  _(payload: string): void;
}

/** `io.JSONP`; an index is never used again, since answers may be late. */
export const JSONP: Receiver[] = [];

/** Where the answers of closed connections go. */
const NOBODY: Receiver = { _: noop };

/** How long a resumed poll must stay unrefused before the session counts, in milliseconds. */
const SETTLING = 250;

type OldScript = HTMLScriptElement & { onreadystatechange: unknown; readyState?: string };

export class JSONPPolling extends XHRPolling {
  declare index: number | undefined;
  declare script: OldScript | undefined;
  /** Holds the form and the frame that its answer goes to. */
  declare _holder: HTMLElement | undefined;

  static override check(): boolean {
    return !!root.document;
  }

  static override xdomainCheck(): boolean {
    return true;
  }

  override connect(): this {
    const io = root as { io?: { JSONP?: Receiver[] } };
    (io.io = io.io || {}).JSONP = JSONP;
    this.index = JSONP.push(this) - 1;
    // Also when it asks for a session: the answer to a form cannot be read, only a refused poll tells.
    this.get();
    return super.connect();
  }

  override get(): void {
    if (this._isOver || this.script) return;
    const document = root.document as Document;
    const script = document.createElement('script') as OldScript;
    this.script = script;
    script.async = true;
    script.src = this._freshUrl() + '/' + this.index;
    script.onerror =
      script.onload =
      script.onreadystatechange =
        () => {
          // An answer puts the next poll in this one's place; so this one brought nothing. Internet
          // Explorer to 8 has only `onreadystatechange`, which also tells of "loading".
          if (this.script === script && !/ing|ive/.test(script.readyState!)) this._lost();
        };
    place(script);
  }

  /** An answer came. */
  _(payload: string): void {
    remove(this.script);
    this.script = undefined;
    this.onData(payload);
    // A poll that is held while the page loads would hold up the page.
    load(() => this.get());
  }

  override sendIORequest(payload: string): void {
    const document = root.document as Document;
    const name = 'socketio' + this.index;
    const holder = (this._holder = document.createElement('div'));
    holder.style.display = 'none';
    // As markup, since Internet Explorer to 7 knows a frame only by the name it was created with.
    holder.innerHTML =
      '<form method=post target=' +
      name +
      '><textarea name=data></textarea><iframe name=' +
      name +
      '></iframe></form>';
    const form = holder.firstChild as HTMLFormElement;
    const iframe = form.lastChild as HTMLIFrameElement;
    (form.firstChild as HTMLTextAreaElement).value = payload;
    form.action = this._freshUrl() + '/' + this.index;
    place(holder);
    this.posting = true;
    // Firefox and WebKit say nothing at all of a POST that fails.
    const patience = root.setTimeout(this._lost, this.options.timeout);
    listen(iframe, 'load', () => {
      try {
        if (iframe.contentWindow!.location.href === 'about:blank') return;
      } catch {
        // an answer of another origin, which we may not look at
      }
      root.clearTimeout(patience);
      root.setTimeout(
        () => {
          remove(holder);
          this._posted(200);
        },
        this.connected ? 0 : SETTLING,
      );
    });
    form.submit();
  }

  override _stop(how: Ending): void {
    if (this.index !== undefined) JSONP[this.index] = NOBODY;
    remove(this.script);
    super._stop(how);
    remove(this._holder);
  }
}
JSONPPolling.prototype.type = 'jsonp-polling';
/** Line breaks, which forms change, and all that depends on the charset of the
 * page; without them the form needs no `accept-charset`, which old browsers ignore anyway. */
JSONPPolling.prototype._fragile = /[^ -~]/;
