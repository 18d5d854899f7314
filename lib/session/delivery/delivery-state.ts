/**
 * The counts of the server for one session with delivery. No I/O.
 *
 * Both sides number the messages of a session from 1 on, in each direction, and exchange only
 * counts. The rules, each of which prevents a loss or a double delivery:
 *
 * 1. Fence: a connection that replaces another one closes it, and nothing of the old one is taken
 *    from then on, before the client receives a count.
 * 2. Attempts are numbered. A request of an older attempt opens no connection: otherwise, a copy
 *    that a proxy held back would replace the connection that the client uses.
 * 3. A POST has the number of its first message, so that one that is sent again is not taken twice.
 * 4. Only an explicit count acknowledges: a repeated poll does not show whether its answer arrived.
 * 5. A POST counts within the current attempt only, which is checked when its body is complete.
 * 6. Every request has the key. The session id is public in many applications.
 * 7. The server waits for the whole window once a request has had the key, also if that is a POST
 *    while there is no connection. Until then it waits for a few seconds only.
 *
 * @module
 */
import { ControlKind, encodeControl } from '../../protocol/delivery/control.js';
import { RetransmitBuffer } from './retransmit-buffer.js';

/** What a request for a connection of the session means. */
export const Resumption = {
  /**
   * It must be refused: it is of an older attempt, or needs messages that are not kept any more.
   */
  STALE: 0,
  /** Another poll of the current attempt. */
  CONTINUES: 1,
  /** A new attempt. */
  BEGINS: 2,
} as const;
export type Resumption = (typeof Resumption)[keyof typeof Resumption];

/**
 * What is true of a session: bits of one number. A property for each would take 8 bytes of every
 * idle session.
 */
export const Flag = {
  /** The current attempt was opened by a poll. */
  POLLING: 1,
  /** A request has had the key. */
  CONFIRMED: 2,
  /** The client waits for the first message of a connection, or for a count. */
  OWES_HEAD: 4,
  /** The client is to be asked to continue elsewhere, with its next connection at the latest. */
  MUST_MOVE: 8,
  /** It was asked, or the Listener has closed: nothing more of it is taken, and it is sent nothing more. */
  MOVING: 16,
} as const;
export type Flag = (typeof Flag)[keyof typeof Flag];

/** The key is kept in two parts: V8 stores a larger integer as an object of 16 bytes. */
const KEY_PART = 2 ** 24;
/** Keys have at most 15 digits: 48 random bits. */
export const KEY_LIMIT: number = KEY_PART ** 2 - 1;
/** A payload that is made of kept messages: a client refuses longer ones than its `maxPayload`. */
const LONGEST_PAYLOAD = 256 * 1024;
/** After this number of messages, or a payload of this length, they are acknowledged at once. */
const ACK_EVERY = 16;
const ACK_LENGTH = 16 * 1024;
/** From this number of received messages on, their count precedes the next message. */
const ACK_ALONG = 8;

export class DeliveryState {
  readonly #keyHigh: number;
  readonly #keyLow: number;
  /** The number of the attempt that holds the session. */
  attempt: number;
  /** Messages of the client that the application has been given. */
  received = 0;
  /** The last value of `received` that the client was sent. */
  ackSent = 0;
  /** Messages that the application of the client is known to have been given. */
  acked = 0;
  /** The messages from `acked + 1` on; null in a session that has been silent. */
  buffer: RetransmitBuffer | null = null;
  #flags = 0;

  constructor(key: number, attempt: number, isPolling: boolean) {
    // `trunc` makes V8 keep the remainder as a small integer too.
    this.#keyHigh = Math.trunc(key / KEY_PART);
    this.#keyLow = Math.trunc(key % KEY_PART);
    this.attempt = attempt;
    this.set(Flag.POLLING, isPolling);
  }

  is(flag: Flag): boolean {
    return (this.#flags & flag) !== 0;
  }

  set(flag: Flag, isTrue = true): void {
    this.#flags = isTrue ? this.#flags | flag : this.#flags & ~flag;
  }

  /** The secret of the session, which the client repeats in each request. */
  get key(): number {
    return this.#keyHigh * KEY_PART + this.#keyLow;
  }

  /** Number of messages that are not acknowledged. */
  get unacknowledged(): number {
    return this.buffer?.length ?? 0;
  }

  /** The size of the kept messages. */
  get bufferSize(): number {
    return this.buffer?.size ?? 0;
  }

  /** True if the kept messages are larger than `limit`. */
  exceeds(limit: number): boolean {
    return this.buffer !== null && this.buffer.exceeds(limit);
  }

  /** Number of messages that were sent. */
  get sent(): number {
    return this.acked + this.unacknowledged;
  }

  /** True if a request has the key. */
  isOwner(key: number | undefined): boolean {
    return key === this.key;
  }

  /** True if a POST belongs to the attempt that holds the session. */
  isCurrent(attempt: number): boolean {
    return attempt === this.attempt;
  }

  /** Decides about a request for a connection. */
  resumption(attempt: number, received: number, isPoll: boolean): Resumption {
    if (!this.has(received)) return Resumption.STALE;
    if (attempt > this.attempt) return Resumption.BEGINS;
    const continues = attempt === this.attempt && isPoll && this.is(Flag.POLLING);
    return continues ? Resumption.CONTINUES : Resumption.STALE;
  }

  /** True if everything that follows the message `received` is still here. */
  has(received: number): boolean {
    return received >= this.acked && received <= this.sent;
  }

  push(payload: string): void {
    (this.buffer ??= new RetransmitBuffer()).push(payload);
  }

  /** Frees what the client has. A count that is lower than a known one, or too high, is ignored. */
  acknowledge(received: number): void {
    const { buffer } = this;
    if (buffer === null || !(received > this.acked) || received > this.sent) return;
    buffer.free(received - this.acked);
    this.acked = received;
  }

  /** Releases the memory of the buffer if it is empty: called from time to time. */
  releaseBuffer(): void {
    if (this.unacknowledged === 0) this.buffer = null;
  }

  /**
   * The number of messages of a POST that have been delivered before.
   *
   * @returns a negative number if messages before the POST are missing
   */
  repeated(first: number): number {
    return this.received + 1 - first;
  }

  /** True if a count must precede a message that is sent anyway. */
  get isAckDue(): boolean {
    return this.received - this.ackSent >= ACK_ALONG;
  }

  /** True if a payload of this length, which was just received, must be acknowledged at once. */
  mustAcknowledge(payloadLength: number): boolean {
    const due = this.received - this.ackSent;
    return due >= ACK_EVERY || (due > 0 && payloadLength > ACK_LENGTH);
  }

  /**
   * Joins kept messages to a payload that the client does not refuse.
   *
   * @param from the index of the first one
   * @param head precedes them
   * @returns the payload, and the index of the message that follows
   */
  join(from: number, head: string): { readonly payload: string; readonly next: number } {
    const { buffer } = this;
    if (buffer === null) return { payload: head, next: from };
    const { payload, next } = buffer.join(from, LONGEST_PAYLOAD);
    return { payload: head + payload, next };
  }

  /** The first message of a connection and of each answer to a poll: `~h~aN:M`. */
  head(): string {
    this.ackSent = this.received;
    return encodeControl(ControlKind.ACK, this.received, this.acked);
  }

  /** An acknowledgement: `~h~aN`. */
  ack(): string {
    this.ackSent = this.received;
    return encodeControl(ControlKind.ACK, this.received);
  }
  /**
   * The end of the session: `~h~eN:T`. It has no T if not all messages can be repeated, so that the
   * client does not treat the end as a clean one.
   */
  end(isWhole: boolean): string {
    return encodeControl(ControlKind.END, this.received, isWhole ? this.sent : undefined);
  }
}
