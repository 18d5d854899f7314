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

export class DeliveryState {
  /** The secret of the session, which the client repeats in each request. */
  readonly key: number;
  /** The number of the attempt that holds the session. */
  attempt: number;
  /** Messages of the client that the application has been given. */
  received = 0;
  /** The last value of `received` that the client was sent. */
  ackSent = 0;
  /** Messages that the application of the client is known to have been given. */
  acked = 0;
  /** The messages from `acked + 1` on; null if there are none. */
  buffer: RetransmitBuffer | null = null;
  /** True if the current attempt was opened by a poll. */
  isPolling: boolean;
  /** True once a request has had the key. */
  isConfirmed = false;
  /** True if the client waits for the first message of a connection, or for a count. */
  owesHead = false;

  constructor(key: number, attempt: number, isPolling: boolean) {
    this.key = key;
    this.attempt = attempt;
    this.isPolling = isPolling;
  }

  /** Number of messages that are not acknowledged. */
  get unacknowledged(): number {
    return this.buffer?.length ?? 0;
  }

  /** The size of the kept messages. */
  get bufferSize(): number {
    return this.buffer?.size ?? 0;
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
    const continues = attempt === this.attempt && this.isPolling && isPoll;
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
    if (buffer.length === 0) this.buffer = null;
  }

  /**
   * The number of messages of a POST that have been delivered before.
   *
   * @returns a negative number if messages before the POST are missing
   */
  repeated(first: number): number {
    return this.received + 1 - first;
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
}
