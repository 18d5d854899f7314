/**
 * One client: a session at most, and the connections it has opened. What it does depends on the
 * steps only, not on what a well-behaved client would do.
 *
 * @module
 */
import { HANDSHAKE } from '../../support/frames.js';
import { requestBytes } from '../../support/raw.js';
import type { Generation, Kind } from './kinds.js';
import { closeFrameOf } from './requests.js';
import type { Wire } from './wire.js';

/** Opens connections to the server. */
export interface Dialer {
  dial(peer: Peer): Wire;
}

export abstract class Peer {
  abstract readonly generation: Generation;
  /** Its transport, which clients of some generations change. */
  kind: Kind;
  readonly wires: Wire[] = [];
  sessionId = '';
  /** The number of the last message to the server. */
  sent = 0;
  /** Whether it answers heartbeats. */
  echoes: boolean;
  /**
   * False once it may have several sessions: the expected messages of each cannot be separated
   * then.
   */
  isTracked = true;
  /** The rest of a message that was begun, and its connection. */
  unfinished: { readonly wire: Wire; readonly rest: Buffer } | null = null;
  protected readonly dialer: Dialer;
  /** Heartbeats of the current connection that it has answered. */
  #answered = 0;
  /** Connections of its POSTs. */
  readonly #postWires: Wire[] = [];
  /** The connection whose third key has not been sent. */
  #key3: Wire | null = null;

  constructor(dialer: Dialer, kind: Kind, echoes: boolean) {
    this.dialer = dialer;
    this.kind = kind;
    this.echoes = echoes;
  }

  /** The connection that it opened last. */
  get wire(): Wire | undefined {
    return this.wires.at(-1);
  }

  get isSocket(): boolean {
    return this.kind.family === 'socket';
  }

  /** Opens a connection: the first one, or another one for its session. */
  open(hasKey3 = true): void {
    if (this.sessionId === '' && this.wires.length > 0) this.isTracked = false;
    this.connect(this.opening(), hasKey3);
  }

  sendKey3(): void {
    if (this.kind.key3) this.#key3?.send(this.kind.key3);
    this.#key3 = null;
  }

  /** Sends another poll on the same connection. */
  poll(): void {
    if (this.sessionId === '' || !this.wire || this.wire.isEnded) this.open();
    else this.wire.send(this.opening());
  }

  /** Sends messages, in one piece or begun only. */
  send(texts: readonly string[], isWhole: boolean): void {
    if (this.sessionId === '' || this.unfinished) return;
    this.sendNumbered(
      texts.map((text) => `u${++this.sent}:${text}`),
      isWhole,
    );
  }

  /** Sends handshakes of further sessions in one packet, on a connection that may carry a poll. */
  handshakes(count: number): void {
    this.isTracked = false;
    for (let i = 0; i < count; i++) this.wire?.send(this.handshake());
  }

  /** Sends an upgrade on a connection that may carry a poll or a stream. */
  upgrade(): void {
    this.isTracked = false;
    this.wire?.send(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
  }

  finishSending(): void {
    this.unfinished?.wire.send(this.unfinished.rest);
    this.unfinished = null;
  }

  /** Does what only clients of its generation do, if they do something by that name. */
  act(_name: string, _number: number): void {}

  /** Sends its last POST again, on another connection, as browsers do. */
  repeatPost(): void {}

  /** Reads what has arrived: its session id, heartbeats. */
  abstract read(): void;

  /** Sends its request to end the session. */
  abstract sayGoodbye(): void;

  /** The request for a connection: for a new session if there is none. */
  protected abstract opening(): Buffer;

  /** The request for a new session. */
  protected abstract handshake(): Buffer;

  protected abstract sendNumbered(texts: readonly string[], isWhole: boolean): void;

  protected connect(request: Buffer, hasKey3: boolean): void {
    const wire = this.dialer.dial(this);
    wire.send(request);
    this.continueOn(wire);
    this.#key3 = this.kind.key3 ? wire : null;
    if (hasKey3) this.sendKey3();
  }

  /** Serves the session from now on by another connection. */
  protected continueOn(wire: Wire): void {
    this.wires.push(wire);
    this.#answered = 0;
  }

  /** Sends bytes, the last part of which may be left for later. */
  protected sendIn(wire: Wire | undefined, bytes: Buffer, isWhole: boolean): void {
    if (!wire) return;
    const cut = isWhole ? bytes.length : Math.ceil(bytes.length * 0.7);
    wire.send(bytes.subarray(0, cut));
    if (!isWhole) this.unfinished = { wire, rest: bytes.subarray(cut) };
  }

  /** A connection for a POST. */
  protected postWire(isNew = false): Wire {
    const last = this.#postWires.at(-1);
    if (!isNew && last?.isHealthy && this.unfinished?.wire !== last) return last;
    const wire = this.dialer.dial(this);
    this.#postWires.push(wire);
    return wire;
  }

  /** The heartbeats on the current connection that were not answered. */
  protected newHeartbeats(pattern: RegExp): readonly string[] {
    const { wire } = this;
    if (!wire || !this.echoes || this.sessionId === '') return [];
    if (this.isSocket && this.unfinished) return [];
    const heartbeats = (wire.text.match(pattern) ?? []).slice(this.#answered);
    this.#answered += heartbeats.length;
    return heartbeats;
  }

  /** Ends the connection of a WebSocket, with a close frame if its protocol has one. */
  protected closeSocket(): void {
    const frame = closeFrameOf(this.kind);
    if (frame) this.wire?.send(frame);
    else this.wire?.finish();
  }
}
