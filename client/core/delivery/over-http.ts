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
      // The place stands where the number stands that makes other URLs unique.
      return this.prepareUrl() + '/' + ('' + rest).replace(/n?\d+/, this.base._place(this));
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
        this._echoes = undefined;
        this._first = this._batch.length && base._acked + 1;
        if (this._batch.length > base._unacked.length) {
          base._unacked = this._batch;
          base.queueStack = messages;
        }
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
        // From now on one message each.
        this._maxLength = this._first = 0;
        status = 200;
      } else if (status === 200) {
        const first = this._first!;
        this._isForm = this.posting = !xhr;
        // The count, not the status, is the acknowledgement. For a form, a poll brings it.
        if (!xhr) this._postTimer = later(this._onLost, base.options.connectTimeout);
        else {
          this.onData(xhr.responseText); // may start the next POST
          if (base._acked < first) status = 0;
        }
      }
      if (status === 200) this._settle();
      else this.onDisconnect();
    }

    /** A form is complete when the response to a poll has had the count. */
    override _settle(): void {
      if (this._isForm && !(this.base._acked < this._first!)) {
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

    override _leave(kind: CloseKind): CloseKind {
      const base = this.base;
      const messages = (base._unacked = base._unacked.concat(base.queueStack));
      base.queueStack = [];
      this._sendCloseRequest(
        this._url('close/0'),
        asForm(this.encode(messages)),
        kind === CloseKind.UNLOADED,
      );
      return CloseKind.LOST;
    }
  } as unknown as TypeOf<T>;
}
