/**
 * A `Socket` with the option `delivery`, and the counts of its session.
 *
 * The rules are those of the server: lib/session/delivery/delivery-state.ts.
 *
 * @module
 */
import type { FullSocketOptions, SocketOptions as PlainOptions } from '../options.js';
import { remembered } from '../remembered-transport.js';
import { Socket as PlainSocket, State } from '../socket.js';
import { CloseKind, type Transport, transports } from '../transport.js';
import { noop, platform } from '../platform.js';
import { cacheBuster, indexOf, inherit, later } from '../util.js';
import { withDelivery } from './index.js';
import type { ConcreteTransport, CountingTransport, TypeOf } from './transport.js';

/** The options of a `Socket` that can have delivery. */
export interface SocketOptions extends PlainOptions {
  /**
   * Whether every message arrives exactly once, and in order, in both directions, also across
   * reconnects. The server must have the same option: see `socket.delivery`.
   *
   * @default false
   */
  delivery?: boolean;
}

/** The transport that is probed while another one serves the session. */
export const PROBED: readonly string[] = ['websocket'];
/** The delay of the first probe after the session has opened, in milliseconds. */
const FIRST_PROBE_MS = 1000;
/** The delay of the second probe; each later one is twice as long. */
const NEXT_PROBE_MS = 60000;

interface ProbeTransport extends ConcreteTransport {
  socket: { onerror: unknown };
}

export class Socket extends PlainSocket {
  declare options: FullSocketOptions & { delivery?: boolean };
  /** True once the server has granted exactly-once delivery. */
  declare delivery: boolean;
  /** At `connect`: true if the session continues, and nothing is missing. */
  declare recovered: boolean;

  /** The number of attempts to open a connection so far. */
  _attempts: number;
  /** The session's id and key; undefined without a session. */
  declare _sessionId: string | undefined;
  declare _key: string | undefined;
  /** How long the server keeps the session without a connection, in milliseconds. */
  declare _window: number | undefined;
  /** Messages of the server that the page has been given. */
  declare _received: number;
  /** The last value of `_received` that was sent. */
  declare _ackSent: number;
  /** Messages that the application of the server is known to have been given. */
  declare _acked: number;
  /** The messages from `_acked + 1` on that have been on a wire. */
  declare _unacked: unknown[];

  /** A connection beside the one that serves the session. */
  declare _probe: ProbeTransport | null | undefined;
  /** The delay of the next probe, in milliseconds. */
  declare _probeDelay: number;
  /** The transport that served the session before it moved; it is used again if the move fails. */
  declare _fallback: string | undefined;

  constructor(host?: string | null, options?: SocketOptions) {
    super(host, options);
    this._attempts = 0;
    this._forget();
  }

  /**
   * The number of values given to `send` that the application of the server is not known to have
   * received, waiting ones included.
   */
  unacknowledged(): number {
    return this._unacked.length + this.queueStack.length;
  }

  override getTransport(names?: readonly string[]): Transport | null {
    const plain = super.getTransport(names);
    return plain && this.options.delivery
      ? new (withDelivery(transports[plain.type]! as never))(this as never, plain.options)
      : plain;
  }

  override send(data: unknown): this {
    if (this.transport) this.transport.encode(data); // a value that has no JSON must not be counted
    return super.send(data);
  }

  override disconnect(soft?: boolean): this {
    super.disconnect(soft);
    if (!soft) this._endSession(true);
    return this;
  }

  /**
   * The session starts on what works at once: a WebSocket is probed beside it, unless this browser
   * remembers that it has worked.
   */
  override _order(): string[] {
    const order = super._order();
    const isKnown = this._session || /socket/.test(remembered(this.options));
    if (this.options.delivery && !isKnown) {
      order.sort((one, other) => +/socket/.test(one) - +/socket/.test(other));
    }
    return order;
  }

  override onConnect(): void {
    if (this.connected) {
      // A move, which emits no event.
      this._session = this.transport;
      remembered(this.options, this.transport!.type);
      this.doQueue();
    } else super.onConnect();
  }

  override onDisconnect(): void {
    const fallback = this._fallback;
    if (this._probe && this._probe._isClosed) this._probe = null;
    else {
      this._fallback = undefined;
      if (fallback && this.connected && this._key && this._isWanted) {
        this._switchTo(this.getTransport([fallback]) as ConcreteTransport).connect();
      } else super.onDisconnect();
    }
  }

  /** A change of the state ends the probe. */
  override _enter(state: State): void {
    this._endProbe();
    this._probeDelay = FIRST_PROBE_MS;
    super._enter(state);
  }

  /** After a delay, opens a WebSocket beside a transport over HTTP that serves the session. */
  _probeLater(transport: Transport): void {
    if (!transport.connected) return;
    this._setTimer(() => {
      const isHttp = 'checkSend' in transport;
      const probe =
        isHttp && indexOf(this.options.transports, PROBED[0]) >= 0 && this.getTransport(PROBED);
      if (!probe) return;
      this._probe = probe as ProbeTransport;
      this._probeDelay = Math.max(NEXT_PROBE_MS, this._probeDelay * 2);
      this._setTimer(() => {
        this._endProbe();
        this._probeLater(transport);
      }, this.options.connectTimeout);
      try {
        this._probe.connect();
        this._probe.socket.onerror = noop;
      } catch {
        this._endProbe(); // the page must not open a WebSocket
      }
    }, this._probeDelay);
  }

  _setTimer(fn: () => void, delay: number): void {
    platform.clearTimeout(this._timer);
    this._timer = later(fn, delay || Infinity);
  }

  _endProbe(): void {
    if (this._probe) this._probe.onDisconnect();
  }

  /** Continues the session on another connection. No event is emitted. */
  _switchTo(transport: ConcreteTransport): ConcreteTransport {
    const previous = this.transport!;
    this._probe = null;
    this.transport = transport;
    previous._end(CloseKind.LOST);
    this._setTimer(() => transport.onDisconnect(), this.options.connectTimeout);
    return transport;
  }

  override _start(): void {
    // The server has dropped the session by then, also if it detected the loss of the connection
    // later.
    if (+new Date() > this._resumeUntil + this._window!) this._endSession(false);
    super._start();
  }

  override _probeSession(attempt: Transport): unknown {
    return this._key ? 0 : super._probeSession(attempt);
  }

  override _suspend(): void {
    this._endProbe();
    super._suspend();
    this._window = -Infinity; // the server has ended the session
  }

  /** The place segment of a request; see lib/protocol/delivery/place.ts. */
  _place(transport: CountingTransport): string {
    return (
      'c=' +
      transport._attempt +
      '&a=' +
      (this._ackSent = this._received) +
      '&k=' +
      (this._key || '') +
      (transport === (this._probe as unknown) ? '&p=1' : '') +
      '&s=' +
      (this._acked + 1) +
      '&t=' +
      cacheBuster()
    );
  }

  /** Drops what the server has. Returns false if the count is impossible. */
  _acknowledge(count: number): boolean {
    const known = count - this._acked;
    if (known > 0) this._acked += this._unacked.splice(0, known).length;
    return count <= this._acked;
  }

  /** Ends the session, if there is one. */
  _endSession(isClean: boolean): void {
    const messages = this._unacked;
    if (!this._key) return;
    this._forget();
    this._session = null;
    this.emit('lost', [messages, isClean]);
  }

  _forget(): void {
    this.delivery = this.recovered = false;
    this._sessionId = this._key = this._window = undefined;
    this._received = this._ackSent = this._acked = 0;
    this._unacked = [];
  }

  /** Turns a transport into one without delivery. */
  _makePlain(transport: Transport, Type: TypeOf<Transport>): void {
    inherit({ prototype: transport }, Type);
  }
}
