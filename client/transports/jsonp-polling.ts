/**
 * Polling by script elements, posting by a form into a hidden iframe: for other origins in
 * browsers without CORS, and for pages whose policy leaves nothing else.
 *
 * @module
 */
import { escapeUnits } from '../json.js';
import { noop, root } from '../platform.js';
import { type Ending } from '../transport.js';
import { load, stamp } from '../util.js';
import { XHR } from './xhr.js';
import { XHRPolling } from './xhr-polling.js';

/** What an answer calls: `io.JSONP[INDEX]._(payload)`. */
interface Receiver {
  _(payload: string): void;
}

/** `io.JSONP`; an index is never used again, since answers may be late. */
export const JSONP: Receiver[] = [];

/** Where the answers of closed connections go. */
const NOBODY: Receiver = { _: noop };

/** What would not survive the form: line breaks, and all that depends on a page's charset. */
const FRAGILE = /[^ -~]/;
const FRAGILES = /[^ -~]+/g;

/** How long a resumed poll must stay unrefused before the session counts, in milliseconds. */
const SETTLING = 250;

function remove(element: Node | undefined): void {
  if (element && element.parentNode) element.parentNode.removeChild(element);
}

export class JSONPPolling extends XHRPolling {
  declare index: number | undefined;
  declare script: HTMLScriptElement | undefined;
  declare form: HTMLFormElement | undefined;

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
    return super.connect();
  }

  override get(): void {
    const document = root.document as Document;
    const script = document.createElement('script') as HTMLScriptElement & {
      onreadystatechange: unknown;
      readyState?: string;
    };
    const ended = (): void => {
      // An answer has replaced `this.script` by the next poll, so this one brought nothing.
      if (this.script === script) this.onDisconnect();
    };
    remove(this.script);
    this.script = script;
    script.async = true;
    script.src = this.prepareUrl() + '/' + stamp() + '/' + this.index;
    script.onerror = script.onload = ended;
    script.onreadystatechange = () => {
      // Internet Explorer to 8, which has neither of the above.
      if (/loaded|complete/.test(script.readyState || '')) ended();
    };
    (document.getElementsByTagName('head')[0] || document.documentElement).appendChild(script);
  }

  /** An answer came. */
  _(payload: string): void {
    this.script = remove(this.script) as undefined;
    this.onData(payload);
    // A poll that is held while the page loads would hold up the page.
    load(() => {
      if (!this._isOver && !this.script) this.get();
    });
  }

  override sendIORequest(payload: string): void {
    const document = root.document as Document;
    const name = 'socket_io_iframe_' + this.index;
    const form = (this.form = document.createElement('form'));
    const area = document.createElement('textarea');
    let iframe: HTMLIFrameElement & { readyState?: string; onreadystatechange?: unknown };
    try {
      // Internet Explorer to 7 knows a frame only by the name it was created with.
      iframe = document.createElement('<iframe name="' + name + '">') as HTMLIFrameElement;
    } catch {
      iframe = document.createElement('iframe');
      iframe.name = name;
    }
    const posted = (): void => {
      try {
        if (iframe.contentWindow!.location.href === 'about:blank') return;
      } catch {
        // an answer of another origin, which we may not look at
      }
      iframe.onload = iframe.onreadystatechange = noop;
      root.setTimeout(
        () => {
          remove(form);
          this._posted(true);
        },
        this.connected ? 0 : SETTLING,
      );
    };
    this.posting = true;
    form.style.display = 'none';
    form.method = 'POST';
    form.target = name;
    form.acceptCharset = 'utf-8';
    form.action = this.prepareUrl() + '/' + stamp() + '/' + this.index;
    area.name = 'data';
    area.value = payload;
    form.appendChild(area);
    form.appendChild(iframe);
    (document.body || document.documentElement).appendChild(form);
    iframe.onload = posted;
    iframe.onreadystatechange = () => {
      if (iframe.readyState === 'complete') posted();
    };
    form.submit();
  }

  override _isFragile(payload: string): boolean {
    return FRAGILE.test(payload);
  }

  override _escape(text: string): string {
    return text.replace(FRAGILES, escapeUnits);
  }

  override _close(how: Ending): void {
    if (this.index !== undefined) JSONP[this.index] = NOBODY;
    remove(this.script);
    super._close(how);
    if (!this._lastWords) remove(this.form);
  }
}
JSONPPolling.prototype.type = 'jsonp-polling';
