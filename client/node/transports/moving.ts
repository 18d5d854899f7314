/** What the Node client adds to exactly-once delivery: it moves to another server when it is asked to. @module */
import { withDelivery } from '../../core/delivery/index.js';
import { countText } from '../../core/delivery/transport.js';
import type { Socket } from '../../core/delivery/socket.js';
import type { Transport, TransportOptions } from '../../core/transport.js';
import { asForm } from '../../core/transports/xhr.js';
import { ControlKind, readControl } from '../../../lib/protocol/delivery/control.js';
import { MOVE } from '../../../lib/protocol/delivery/move.js';

/** The socket of the Node client. */
interface MovingSocket extends Socket {
  /** The session moves: what the server does not have is sent in the next one. */
  _move(): void;
}

/** A transport with delivery, over a WebSocket or over HTTP. */
interface DeliveringTransport extends Transport {
  connect(): this;
  send(data: unknown): this;
  base: MovingSocket;
  socket?: { send(data: string): void } | undefined;
  _sendCloseRequest?(url: string, body: string, isUnloading: boolean): void;
}

type TypeOf<T> = new (base: never, options?: TransportOptions) => T;

/** The URL of a WebSocket: its path without a slash at the end, a query, and the place. */
const URL_WITH_PLACE = /^([^?]*?)(\?.*)?(\/c=[^/]*)$/;

/** The same transport with exactly-once delivery. */
export function withMoves<T extends Transport & { connect(): T; send(data: unknown): T }>(
  Type: TypeOf<T>,
): TypeOf<T> {
  const Delivering = withDelivery(Type as never) as unknown as TypeOf<DeliveringTransport>;
  return class MovingTransport extends Delivering {
    #isMoving = false;

    /** The place precedes the query of the address. */
    override prepareUrl(): string {
      const url = super.prepareUrl();
      const [, path, query = '', place] = URL_WITH_PLACE.exec(url) ?? [];
      return place === undefined ? url : `${path}${this.sessionid ? '' : '/'}${place}${query}`;
    }

    override onMessage(text: string): void {
      const control = readControl(text);
      if (control?.kind === MOVE) this.#isMoving = true;
      if (control?.kind === ControlKind.END && this.#isMoving) {
        this.base._acknowledge(control.n);
        this.base._move();
        this.#confirm();
      }
      super.onMessage(text);
    }

    /** Acknowledges what has arrived: the server waits for it. */
    #confirm(): void {
      if (this._sendCloseRequest) this._sendCloseRequest(this._url('close/0'), asForm(''), false);
      else this.socket?.send(this.encode(countText(this.base, 'e')));
    }
  } as unknown as TypeOf<T>;
}
