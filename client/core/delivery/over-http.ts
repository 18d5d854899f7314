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
  get(): void;
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
    /** True once a request of the connection has been answered. */
    declare _isAnswered: boolean | undefined;
    /** Echoes of heartbeats for the next POST. */
    declare _echoes: unknown[] | undefined;
    /** True if a count has to be sent. */
    declare _isAckDue: boolean | undefined;
    /** The numbers of the first and the last message of the POST in flight; 0 if it has none. */
    declare _first: number;
    declare _last: number;
    /** True if the POST in flight was a form, which the page cannot read the answer to. */
    declare _isForm: boolean | undefined;

    override onData(payload: string): void {
      this._isAnswered = true;
      super.onData(payload);
    }

    override get(): void {
      // The answer to the poll before was not one of our server.
      if (this._isAnswered && !this.connected) this.onDisconnect();
      else super.get();
    }

    override _url(rest: string | number): string {
      if (this._isPlain) return super._url(rest);
      const place = this.base._delivery._place(this._attempt);
      return (
        this.prepareUrl() +
        '/' +
        ('' + rest).replace(
          /^([a-z]*)(\/n)?\d*/,
          (_: string, verb: string) => (verb ? verb + '/' : '') + place,
        )
      );
    }

    override send(data: unknown): this {
      if (this._isPlain) return super.send(data);
      if (isEcho(data)) this._echoes = append(this._echoes || [], data);
      else this.base.queue(data);
      this.checkSend();
      return this;
    }

    /** Posts what is in doubt, then what waits, unless a POST is in flight. */
    override checkSend(): void {
      if (this._isPlain) return super.checkSend();
      const { _delivery: delivery, queueStack: queue } = this.base;
      const doubtful = delivery._unacked.length;
      const messages = delivery._unacked.concat(queue);
      const echoes = this._echoes || [];
      if (this.posting || !this.connected) return;
      if (!messages.length && !echoes.length && !this._isAckDue) return;
      this._echoes = undefined;
      this._isAckDue = false;
      const payload = this.encode(echoes) + this._takePayload(messages);
      const count = this._batch.length;
      if (count > doubtful) {
        delivery._unacked = append(delivery._unacked, queue.splice(0, count - doubtful));
      }
      this._first = count && delivery._acked + 1;
      this._last = count && delivery._acked + count;
      this.sendIORequest(payload);
    }

    /** A session is resumed by its GET, not by an empty POST as in 2011. */
    override sendIORequest(payload: string): void {
      if (this.connected || this._isPlain) super.sendIORequest(payload);
      else this.get();
    }

    override _posted(status: number): void {
      const delivery = this.base._delivery;
      const { sendXHR: xhr } = this;
      if (this._isPlain) return super._posted(status);
      platform.clearTimeout(this._postTimer);
      if (this._isClosed) return;
      if (status === TOO_LARGE) {
        if (this._first === this._last) return this._fail();
        this._maxLength = 0; // from now on one message each
        this._last = 0;
      } else if (status !== 200) return this.onDisconnect();
      else if (xhr) {
        // The count in the answer, not its status, is the acknowledgement.
        const texts = this.decode(xhr.responseText);
        for (let i = 0; i < texts.length && !this._isClosed; i++) this.onMessage(texts[i]!);
        if (this._isClosed) return;
        if (delivery._acked < this._first) return this.onDisconnect();
        this._last = 0;
      } else {
        this._postTimer = later(this._onLost, this.base.options.connectTimeout);
        this._isForm = true;
      }
      if (!this._isForm) this.posting = false;
      this._settle();
    }

    /** A form is done when a poll has brought the count. */
    override _settle(): void {
      const { _acked: acked } = this.base._delivery;
      if (this._isForm && acked >= (this._last || 0)) {
        platform.clearTimeout(this._postTimer);
        this._isForm = this.posting = false;
      }
      this.checkSend();
    }

    override _sendAck(): void {
      // A poll has the count in its URL.
      if (/polling/.test(this.type)) return;
      this._isAckDue = true;
      this.checkSend();
    }

    override _close(kind: CloseKind): void {
      const { _delivery: delivery, queueStack: queue } = this.base;
      const isLeaving = kind !== CloseKind.LOST && this.connected;
      if (this._isPlain) return super._close(kind);
      const messages = delivery._unacked.concat(queue);
      const url = this._url('close');
      const body = isLeaving ? asForm(this._takePayload(messages)) : '';
      const taken = isLeaving ? this._batch.length - delivery._unacked.length : 0;
      if (taken > 0) delivery._unacked = append(delivery._unacked, queue.splice(0, taken));
      this._stop(CloseKind.LOST);
      if (!isLeaving) return;
      this._sendCloseRequest(url, body, kind === CloseKind.UNLOADED);
      if (kind === CloseKind.LOCAL) delivery._end(true);
    }
  } as unknown as TypeOf<T>;
}
