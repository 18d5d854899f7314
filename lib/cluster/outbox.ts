/**
 * Sends the packets of this process. Numbers them, collects those of a turn in envelopes, limits
 * how much is sent or waits at a time, and keeps the latest packets so that they can be sent again.
 *
 * `maxBuffer` limits the packets that wait, `maxRetained` those that are kept. With one limit for
 * both, many packets in one turn could displace packets that the engine has never received.
 *
 * @module
 */
import { DEFAULT_MAX_MESSAGE, type Bus, type ResolvedBusOptions } from './bus.js';
import { ENVELOPE_BYTES } from './envelope.js';
import { BodyWriter, encodePacket, HEAD_BYTES, Kind } from './packet.js';
import type { Gap } from './peer.js';

/** The most bytes that are sent again for one request. */
const MOST_RESENT = 512 * 1024;
/** Envelopes are not filled beyond this size, so that receivers can process them earlier. */
const ENVELOPE_TARGET = 256 * 1024;

interface Numbered {
  readonly number: number;
  readonly bytes: Buffer;
}

export interface OutboxEvents {
  /** Seals packets into an envelope. */
  seal(packets: Buffer): Buffer;
  /** The engine has accepted an envelope, or has failed to: `error` is not null then. */
  onPublish(error: unknown): void;
}

export class Outbox {
  readonly #bus: Bus;
  readonly #options: ResolvedBusOptions;
  readonly #events: OutboxEvents;
  readonly #maxBody: number;
  #lastNumber = 0;
  #waiting: Numbered[] = [];
  #waitingBytes = 0;
  #unnumbered: Buffer[] = [];
  readonly #retained: Numbered[] = [];
  #retainedBytes = 0;
  #bytesOnWay = 0;
  /** The last number that was passed to the engine. */
  #published = 0;
  #isScheduled = false;
  #isClosed = false;
  /** Packets that were dropped because too much waited. */
  dropped = 0;

  constructor(bus: Bus, options: ResolvedBusOptions, events: OutboxEvents) {
    this.#bus = bus;
    this.#options = options;
    this.#events = events;
    const maxMessage = bus.maxMessage ?? DEFAULT_MAX_MESSAGE;
    this.#maxBody = Math.max(1, maxMessage - ENVELOPE_BYTES - HEAD_BYTES);
  }

  /** Bytes that wait for the engine. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Queues a numbered packet, in pieces if it is longer than the engine accepts. */
  send(kind: Kind, body: Buffer): void {
    for (let at = 0; at === 0 || at < body.length; at += this.#maxBody) {
      const end = at + this.#maxBody;
      const number = ++this.#lastNumber;
      const bytes = encodePacket({
        kind,
        number,
        continues: end < body.length,
        isContinued: at > 0,
        body: body.subarray(at, end),
      });
      this.#waiting.push({ number, bytes });
      this.#waitingBytes += bytes.length;
    }
    this.#limitWaiting();
    this.#schedule();
  }

  /** Queues a packet without a number, which is sent before the others and never again. */
  signal(kind: Kind, body: Buffer = Buffer.alloc(0)): void {
    const packet = { kind, number: this.#published, continues: false, isContinued: false, body };
    this.#unnumbered.push(encodePacket(packet));
    this.#schedule();
  }

  /** Sends missing packets again, and reports those that are no longer kept as lost. */
  resend({ from, to }: Gap): void {
    const last = Math.min(to, this.#published);
    let bytes = 0;
    let next = from;
    for (const packet of this.#retained) {
      if (packet.number < next) continue;
      if (packet.number > last) break;
      if (packet.number > next) this.#signalLost({ from: next, to: packet.number - 1 });
      if (bytes > MOST_RESENT) return;
      this.#unnumbered.push(packet.bytes);
      bytes += packet.bytes.length;
      next = packet.number + 1;
    }
    if (next <= last) this.#signalLost({ from: next, to: last });
    this.#schedule();
  }

  /** Passes all waiting packets to the engine, even if more than `maxWaiting` is on its way. */
  close(): void {
    this.#flush(Infinity);
    this.#isClosed = true;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    // All packets of a turn share envelopes.
    process.nextTick(() => {
      this.#isScheduled = false;
      this.#flush(this.#options.maxWaiting);
    });
  }

  /** Passes envelopes to the engine until `limit` bytes are on their way; signals do not wait. */
  #flush(limit: number): void {
    if (this.#isClosed) return;
    for (;;) {
      const packets = this.#unnumbered;
      this.#unnumbered = [];
      if (this.#bytesOnWay < limit) packets.push(...this.#takeWaiting(packets));
      if (packets.length === 0) return;
      this.#publish(Buffer.concat(packets));
    }
  }

  /** The waiting packets that fit into an envelope with `packets`; at least one if it is empty. */
  #takeWaiting(packets: readonly Buffer[]): Buffer[] {
    const limit = Math.min(ENVELOPE_TARGET, this.#maxBody + HEAD_BYTES);
    let size = packets.reduce((sum, { length }) => sum + length, 0);
    let count = 0;
    for (const { bytes } of this.#waiting) {
      if (size > 0 && size + bytes.length > limit) break;
      size += bytes.length;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const packet of taken) this.#retain(packet);
    return taken.map(({ bytes }) => bytes);
  }

  #retain(packet: Numbered): void {
    this.#waitingBytes -= packet.bytes.length;
    this.#published = packet.number;
    this.#retained.push(packet);
    this.#retainedBytes += packet.bytes.length;
    while (this.#retainedBytes > this.#options.maxRetained && this.#retained.length > 1) {
      const oldest = this.#retained.shift() as Numbered;
      this.#retainedBytes -= oldest.bytes.length;
    }
  }

  #publish(packets: Buffer): void {
    const bytes = this.#events.seal(packets);
    this.#bytesOnWay += bytes.length;
    const settle = (error: unknown): void => {
      this.#bytesOnWay -= bytes.length;
      this.#events.onPublish(error);
      if (this.#waiting.length > 0) this.#schedule();
    };
    let result: unknown;
    try {
      result = this.#bus.publish(bytes);
    } catch (error) {
      settle(error ?? new Error('publish failed'));
      return;
    }
    if (isThenable(result)) {
      result.then(
        () => settle(null),
        (error: unknown) => settle(error ?? new Error('publish failed')),
      );
    } else {
      settle(null);
    }
  }

  /** If too much waits, drops the oldest packets. The receivers count them as lost. */
  #limitWaiting(): void {
    let count = 0;
    while (this.#waitingBytes > this.#options.maxBuffer && count < this.#waiting.length - 1) {
      this.#waitingBytes -= (this.#waiting[count] as Numbered).bytes.length;
      count++;
    }
    if (count === 0) return;
    this.dropped += count;
    const [first] = this.#waiting.splice(0, count);
    if (first) this.#signalLost({ from: first.number, to: first.number + count - 1 });
  }

  #signalLost({ from, to }: Gap): void {
    this.signal(Kind.LOST, new BodyWriter().u48(from).u48(to).end());
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
