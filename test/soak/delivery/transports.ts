/**
 * The transports that only browsers have, over the requests of Node: so that the real client can be
 * soaked with delivery on every transport.
 *
 * @module
 */
import { whenDone } from '../../../client/core/request.js';
import { asForm, XHR } from '../../../client/core/transports/xhr.js';
import { XHRPolling } from '../../../client/core/transports/xhr-polling.js';
import { cacheBuster } from '../../../client/core/util.js';
import type { HttpRequest } from '../../../client/node/http/http-request.js';
import { type TransportType, withNodeFeatures } from '../../../client/node/transports/features.js';
import { withNodeHttp } from '../../../client/node/transports/http.js';
import { transports } from '../../../client/node/transports/index.js';
import { NodeWebSocket } from '../../../client/node/transports/websocket.js';

/** A stream whose payloads match a regular expression. */
abstract class Stream extends XHR {
  /** Sticky; its first group is the payload. */
  protected abstract readonly format: RegExp;

  protected abstract unwrap(group: string): string;

  override get(): void {
    const xhr = this.request(cacheBuster()) as HttpRequest;
    this.xhr = xhr;
    let text = '';
    xhr.onText = (piece) => {
      text += piece;
      const { format } = this;
      format.lastIndex = 0;
      let at = 0;
      for (let found = format.exec(text); found; found = format.exec(text)) {
        at = format.lastIndex;
        this.onData(this.unwrap(found[1] as string));
        format.lastIndex = at;
      }
      text = text.slice(at);
    };
    whenDone(xhr, this._onLost);
    xhr.send(null);
  }
}

class HtmlFile extends Stream {
  protected readonly format =
    /(?:<html><body> +)?<script>parent\.s\._\((".*?"), document\);<\/script>/sy;

  protected unwrap(literal: string): string {
    return JSON.parse(literal) as string;
  }
}
HtmlFile.prototype.type = 'htmlfile';

class XhrMultipart extends Stream {
  protected readonly format = /(?:--socketio\n)?Content-Type: text\/plain\n\n(.*?)\n--socketio\n/sy;

  protected unwrap(payload: string): string {
    return payload;
  }
}
XhrMultipart.prototype.type = 'xhr-multipart';

class JsonpPolling extends withNodeHttp(XHRPolling) {
  override request(path: string | number, method?: string): HttpRequest {
    return super.request(`${path}/0`, method);
  }

  override get(): void {
    const xhr = this.request(cacheBuster());
    this.xhr = xhr;
    whenDone(xhr, (status) => {
      // A script that is cut off is a syntax error.
      const literal = /^io\.JSONP\[0\]\._\((".*")\);$/s.exec(xhr.responseText)?.[1];
      if (status === 200 && literal !== undefined) this.onData(JSON.parse(literal) as string);
      if (this._isClosed) return;
      if (status === 200 && literal !== undefined) this.get();
      else this._onLost();
    });
    xhr.send(null);
  }

  /** A page learns that its form is sent, and cannot read the answer. */
  override sendIORequest(payload: string): void {
    const form = this.request(`send/n${cacheBuster()}`, 'POST');
    this._watchPost();
    whenDone(form, () => this._posted(200));
    form.send(asForm(payload));
  }
}
JsonpPolling.prototype.type = 'jsonp-polling';

class FlashSocket extends NodeWebSocket {}
FlashSocket.prototype.type = 'flashsocket';

/** Adds these transports to those of the Node client. Returns the names of all. */
export function useAllTransports(): readonly string[] {
  const all = transports as Map<string, TransportType>;
  for (const Type of [HtmlFile, XhrMultipart]) {
    all.set(Type.prototype.type, withNodeFeatures(withNodeHttp(Type)));
  }
  all.set('jsonp-polling', withNodeFeatures(JsonpPolling));
  all.set('flashsocket', withNodeFeatures(FlashSocket));
  return [...all.keys()];
}
