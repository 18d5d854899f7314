/** Exactly-once delivery over streams, polls and POSTs. @module */
import { platform, type Xhr } from '../platform.js';
import { CloseKind } from '../transport.js';
import { asForm, TOO_LARGE } from '../transports/xhr.js';
import { append, later } from '../util.js';
import {
  type ConcreteTransport,
  type CountingTransport,
  isEcho,
  type TypeOf,
  withCounts,
} from './transport.js';

/** The part of the HTTP transports that is overridden or used. */
interface HttpTransport extends ConcreteTransport {
  posting: boolean;
  _postTimer: unknown;
  sendXHR: Xhr | undefined;
  checkSend(): void;
  sendIORequest(payload: string): void;
  _posted(status: number): void;
  _stop(kind: CloseKind): void;
  _sendCloseRequest(url: string, body: string, isUnloading: boolean): void;
}

/** The same transport with exactly-once delivery. */
export function overHttp<T extends HttpTransport>(Plain: TypeOf<T>): TypeOf<T> {
  const Type = withCounts(Plain) as unknown as TypeOf<HttpTransport & CountingTransport>;
  return class DeliveringHttp extends Type {
    /** Echoes of heartbeats for the next POST. */
    declare _echoes: unknown[] | undefined;
    /** The number of the first message of the POST in flight; 0 if it has none. */
    declare _first: number | undefined;
    /** True if the POST in flight is a form, whose answer the page cannot read. */
    declare _isForm: boolean | undefined;

    override _url(rest: string | number): string {
      const place = this.base._place(this._attempt);
      return (
        this.prepareUrl() +
        '/' +
        ('' + rest).replace(
          /^([a-z]*)(\/n)?\d*/,
          (_, verb: string) => (verb ? verb + '/' : '') + place,
        )
      );
    }

    override send(data: unknown): this {
      if (isEcho(data)) this._echoes = append(this._echoes || [], data);
      else this.base.queue(data);
      this.checkSend();
      return this;
    }

    /** Posts what is in doubt, then what waits, unless a POST is in flight. */
    override checkSend(): void {
      const base = this.base;
      const messages = base._unacked.concat(base.queueStack);
      if (!this.posting && this.connected && (messages.length || this._echoes)) {
        const payload = this.encode(this._echoes || []) + this._takePayload(messages);
        const count = this._batch.length;
        this._echoes = undefined;
        this._first = count && base._acked + 1;
        base._unacked = base._unacked.concat(
          base.queueStack.splice(0, Math.max(0, count - base._unacked.length)),
        );
        this.sendIORequest(payload);
      }
    }

    override _posted(status: number): void {
      const base = this.base;
      const xhr = this.sendXHR;
      platform.clearTimeout(this._postTimer);
      if (this._isClosed) return;
      this.posting = false;
      if (status === TOO_LARGE) {
        if (!this._maxLength || this._batch.length < 2) return this._fail();
        this._maxLength = 0; // from now on one message each
        this._first = 0;
      } else if (status === 200) {
        if (xhr) this.onData(xhr.responseText);
        // The count, not the status, is the acknowledgement. For a form, it is in the response to a
        // poll.
        else this._postTimer = later(this._onLost, base.options.connectTimeout);
        this._isForm = this.posting = !xhr;
        if (xhr && base._acked < this._first!) status = 0;
      }
      if (this._isClosed) return;
      if (status) this._settle();
      else this.onDisconnect();
    }

    /** A form is complete when the response to a poll has had the count. */
    override _settle(): void {
      if (this._isForm && this.base._acked >= (this._first || 0)) {
        platform.clearTimeout(this._postTimer);
        this._isForm = this.posting = false;
      }
      this.checkSend();
    }

    /** Polls and POSTs have the count in their URL. */
    override _sendAck(): void {
      this._echoes = this._echoes || [];
      if (!/poll/.test(this.type)) this.checkSend();
    }

    override _close(kind: CloseKind): void {
      const base = this.base;
      const isLeaving = kind && this.connected;
      const url = this._url('close');
      if (isLeaving) {
        base._unacked = base._unacked.concat(base.queueStack);
        base.queueStack = [];
      }
      this._stop(CloseKind.LOST);
      if (isLeaving) {
        const body = asForm(this.encode(base._unacked));
        this._sendCloseRequest(url, body, kind === CloseKind.UNLOADED);
        if (kind === CloseKind.LOCAL) base._endSession(true);
      }
    }
  } as unknown as TypeOf<T>;
}
