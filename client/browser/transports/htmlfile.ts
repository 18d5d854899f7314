/**
 * An endless page in a hidden iframe, whose scripts call this module. In Internet Explorer the
 * iframe is in an ActiveX document, which avoids the click sound and the loading indicator; in
 * other browsers it is in a plain iframe.
 *
 * @module
 */
import { platform } from '../../core/platform.js';
import type { CloseKind } from '../../core/transport.js';
import { createHidden, defer, insertHidden, later, listen, remove } from '../../core/util.js';
import { XHR } from '../../core/transports/xhr.js';

/** The interval of checks whether the connection was refused, in milliseconds. */
const CHECK_INTERVAL_MS = 250;

type OldDocument = Document & { parentWindow?: Window };

export class HTMLFile extends XHR {
  declare iframe: HTMLIFrameElement | undefined;
  /** Contains `iframe`, so that `parent.s` is a global of a window of our own. */
  declare _frame: HTMLIFrameElement | undefined;

  static override check(): boolean {
    return !!platform.document;
  }

  static override xdomainCheck(): boolean {
    return false; // the streamed page must be allowed to call its parent
  }

  override get(): void {
    // Before the load event, the endless page would prevent this page from finishing to load.
    defer(() => {
      if (this._isClosed) return;
      try {
        this._openFrame();
      } catch {
        this.onDisconnect(); // the policy of the page does not allow it
      }
    });
  }

  /** Inserts the iframe. */
  _openFrame(): void {
    let doc: OldDocument;
    try {
      doc = new platform.ActiveXObject!('htmlfile') as OldDocument;
      doc.open();
      doc.write('<body>');
    } catch {
      // not Internet Explorer
      const frame = (this._frame = createHidden('iframe') as HTMLIFrameElement);
      insertHidden(frame);
      doc = frame.contentWindow!.document;
      doc.open(); // gets a body without `write`, which Trusted Types do not allow
    }
    doc.close();
    ((doc.parentWindow || doc.defaultView) as unknown as { s: HTMLFile }).s = this;
    const iframe = (this.iframe = doc.createElement('iframe'));
    iframe.src = this._streamUrl();
    listen(iframe, 'load', this._onLost);
    doc.body.appendChild(iframe);
    this._checkRefused();
  }

  /** WebKit and Firefox show a refused connection only as a document that we cannot access. */
  _checkRefused(): void {
    if (this._isClosed || this.connected) return;
    if (this.iframe!.contentDocument === null) this.onDisconnect();
    else later(() => this._checkRefused(), CHECK_INTERVAL_MS);
  }

  /** Called by the scripts of the stream. */
  _(payload: string, doc: Document): void {
    remove(doc.getElementsByTagName('script')[0]);
    this.onData(payload);
  }

  override _stop(kind: CloseKind): void {
    remove(this._frame);
    if (this.iframe) this.iframe.src = 'about:blank';
    super._stop(kind);
  }
}
HTMLFile.prototype.type = 'htmlfile';
