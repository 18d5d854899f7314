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

/** How many places at the front of a queue may be unused before it is copied. */
const MOST_UNUSED = 1024;

/**
 * A queue of packets. `Array.prototype.shift` moves all elements of a long array, which would be a third
 * of the cost of a message.
 */
class PacketQueue {
  #packets: (Numbered | undefined)[] = [];
  #head = 0;
  /** The sum of the lengths of the packets. */
  bytes = 0;

  get length(): number {
    return this.#packets.length - this.#head;
  }

  get first(): Numbered | undefined {
    return this.#packets[this.#head];
  }

  push(packet: Numbered): void {
    this.#packets.push(packet);
    this.bytes += packet.bytes.length;
  }

  shift(): Numbered | undefined {
    const packet = this.first;
    if (!packet) return undefined;
    this.#packets[this.#head++] = undefined;
    this.bytes -= packet.bytes.length;
    if (this.#head > MOST_UNUSED && this.#head * 2 > this.#packets.length) {
      this.#packets = this.#packets.slice(this.#head);
      this.#head = 0;
    }
    return packet;
  }

  /** The packets from a number on. */
  from(number: number): readonly Numbered[] {
    const packets = this.#packets.slice(this.#head) as Numbered[];
    return packets.filter((packet) => packet.number >= number);
  }
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
  /** The size of a full envelope. */
  readonly #fullBytes: number;
  #lastNumber = 0;
  readonly #waiting = new PacketQueue();
  #unnumbered: Buffer[] = [];
  readonly #retained = new PacketQueue();
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
    this.#fullBytes = Math.min(ENVELOPE_TARGET, this.#maxBody + HEAD_BYTES);
  }

  /** Bytes that wait for the engine. */
  get waitingBytes(): number {
    return this.#waiting.bytes;
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
    for (const packet of this.#retained.from(from)) {
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

  /**
   * Passes envelopes to the engine until `limit` bytes are on their way; signals do not wait.
   *
   * While an envelope is on its way, packets wait until it is accepted or until there are enough for
   * a full one. A publication costs the engine and its client more than the packets of it: at one
   * message a turn, this halves the CPU of a message.
   */
  #flush(limit: number): void {
    if (this.#isClosed) return;
    for (;;) {
      const packets = this.#unnumbered;
      this.#unnumbered = [];
      const isDue = this.#bytesOnWay === 0 || this.#waiting.bytes >= this.#fullBytes;
      if (limit === Infinity || (isDue && this.#bytesOnWay < limit)) {
        packets.push(...this.#takeWaiting(packets));
      }
      if (packets.length === 0) return;
      this.#publish(Buffer.concat(packets));
    }
  }

  /** The waiting packets that fit into an envelope with `packets`; at least one if it is empty. */
  #takeWaiting(packets: readonly Buffer[]): Buffer[] {
    let size = packets.reduce((sum, { length }) => sum + length, 0);
    const taken: Buffer[] = [];
    for (let next = this.#waiting.first; next; next = this.#waiting.first) {
      if (size > 0 && size + next.bytes.length > this.#fullBytes) break;
      size += next.bytes.length;
      this.#waiting.shift();
      this.#retain(next);
      taken.push(next.bytes);
    }
    return taken;
  }

  #retain(packet: Numbered): void {
    this.#published = packet.number;
    this.#retained.push(packet);
    while (this.#retained.bytes > this.#options.maxRetained && this.#retained.length > 1) {
      this.#retained.shift();
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
    const first = this.#waiting.first?.number ?? 0;
    let count = 0;
    for (; this.#waiting.bytes > this.#options.maxBuffer && this.#waiting.length > 1; count++) {
      this.#waiting.shift();
    }
    if (count === 0) return;
    this.dropped += count;
    this.#signalLost({ from: first, to: first + count - 1 });
  }

  #signalLost({ from, to }: Gap): void {
    this.signal(Kind.LOST, new BodyWriter().u48(from).u48(to).end());
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
