/**
 * An endless page in a hidden iframe, whose scripts call us: by ActiveX where that exists, which
 * neither clicks nor shows the page as loading, in a plain iframe elsewhere.
 *
 * @module
 */
import { root } from '../../core/platform.js';
import type { Ending } from '../../core/transport.js';
import { defer, listen, place, remove } from '../../core/util.js';
import { XHR } from '../../core/transports/xhr.js';

/** How often to look whether the connection was refused, in milliseconds. */
const LOOK = 250;

type OldDocument = Document & { parentWindow?: Window };

export class HTMLFile extends XHR {
  declare iframe: HTMLIFrameElement | undefined;
  /** Holds `iframe`, so that `parent.s` is a name in a window of our own. */
  declare _frame: HTMLIFrameElement | undefined;

  static override check(): boolean {
    return !!root.document;
  }

  static override xdomainCheck(): boolean {
    return false; // the page that streams must reach its parent
  }

  override get(): void {
    // A page that never ends would keep this one from being loaded.
    defer(() => {
      if (!this._isOver) this._openFrame();
    });
  }

  _openFrame(): void {
    let doc: OldDocument;
    try {
      doc = new root.ActiveXObject!('htmlfile') as OldDocument;
    } catch {
      // not Internet Explorer
      const page = root.document as Document;
      const frame = (this._frame = page.createElement('iframe'));
      frame.style.display = 'none';
      place(frame);
      doc = frame.contentWindow!.document;
    }
    doc.open();
    doc.write('<body>');
    doc.close();
    ((doc.parentWindow || doc.defaultView) as unknown as { s: HTMLFile }).s = this;
    const iframe = (this.iframe = doc.createElement('iframe'));
    iframe.src = this._streamUrl();
    listen(iframe, 'load', this._lost);
    doc.body.appendChild(iframe);
    this._look();
  }

  /** WebKit and Firefox tell of a refused connection only by a page that we may not look into. */
  _look(): void {
    if (this._isOver || this.connected) return;
    if (this.iframe!.contentDocument === null) this.onDisconnect();
    else root.setTimeout(() => this._look(), LOOK);
  }

  /** A script of the stream calls. */
  _(payload: string, doc: Document): void {
    remove(doc.getElementsByTagName('script')[0]);
    this.onData(payload);
  }

  override _stop(how: Ending): void {
    remove(this._frame);
    if (this.iframe) this.iframe.src = 'about:blank';
    super._stop(how);
  }
}
HTMLFile.prototype.type = 'htmlfile';
