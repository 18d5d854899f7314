/**
 * The order of one sender: delivers its numbered packets once, in order, and finds gaps.
 *
 * A packet whose number is too high is held until the missing packets before it have arrived. A
 * packet that does not arrive within `repairTimeout`, or that the sender no longer has, is counted
 * as lost and skipped. The class does not read a clock: the time is an argument.
 *
 * @module
 */
import type { ResolvedBusOptions } from './bus.js';
import { HEAD_BYTES, type Packet } from './packet.js';

/** A range of missing numbers; both ends are included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The most numbers that are requested at a time. */
const MOST_ASKED = 10_000;
/** The most lost ranges that are kept; further ranges count as lost after `repairTimeout`. */
const MOST_RANGES = 100;

export class Peer {
  readonly node: string;
  /** When the latest envelope of the sender arrived. */
  lastSeen: number;
  /** How many sessions it has, according to its latest heartbeat. */
  sessions = 0;
  /** Where it takes forwarded requests, according to its latest heartbeat. */
  address = '';
  readonly #options: ResolvedBusOptions;
  /** The next number to deliver. */
  #next: number;
  /** The highest number that the sender is known to have published. */
  #highest: number;
  readonly #held = new Map<number, Packet>();
  #heldBytes = 0;
  /** Ranges that are lost and not skipped yet. */
  #lost: Gap[] = [];
  /** When the current gap was found; null if there is none. */
  #gapSince: number | null = null;
  /** The pieces of an unfinished packet. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  /** @param first the first number that is expected from the sender */
  constructor(node: string, first: number, now: number, options: ResolvedBusOptions) {
    this.node = node;
    this.lastSeen = now;
    this.#options = options;
    this.#next = first;
    this.#highest = first - 1;
  }

  /** The next number that is expected. */
  get next(): number {
    return this.#next;
  }

  /** How many numbers were published and not delivered. */
  get behind(): number {
    return Math.max(0, this.#highest - this.#next + 1);
  }

  /** When the current gap was found; null if there is none. */
  get gapSince(): number | null {
    return this.#gapSince;
  }

  /** The first range of missing numbers; null if none is known. */
  get gap(): Gap | null {
    if (this.#highest < this.#next) return null;
    let to = this.#next;
    while (to < this.#highest && to - this.#next < MOST_ASKED && !this.#held.has(to + 1)) to++;
    return { from: this.#next, to };
  }

  /**
   * Receives a numbered packet, and calls `deliver` for each packet that is next in the order.
   * Returns how many packets before them are lost.
   */
  receive(packet: Packet, now: number, deliver: (packet: Packet) => void): number {
    const { number, body } = packet;
    if (number < this.#next || this.#held.has(number)) return 0;
    this.#highest = Math.max(this.#highest, number);
    if (number === this.#next) {
      this.#deliver(packet, deliver);
      // There is progress: the full `repairTimeout` applies again to what is still missing.
      this.#gapSince = null;
      return this.#drain(now, deliver);
    }
    this.#gapSince ??= now;
    // A packet that exceeds the limit is dropped, and requested again later.
    if (this.#heldBytes + body.length + HEAD_BYTES > this.#options.maxRetained) return 0;
    this.#held.set(number, { ...packet, body: Buffer.from(body) });
    this.#heldBytes += body.length + HEAD_BYTES;
    return 0;
  }

  /** The sender has published numbers up to this one. */
  noteHighest(number: number, now: number): void {
    this.#highest = Math.max(this.#highest, number);
    if (this.#highest >= this.#next) this.#gapSince ??= now;
  }

  /** The sender no longer has these packets. Returns how many packets are lost now. */
  noteLost({ from, to }: Gap, now: number, deliver: (packet: Packet) => void): number {
    // Without this limit, the next packets of the sender could be ignored.
    const last = Math.min(to, this.#highest);
    if (last < this.#next || last < from || this.#lost.length === MOST_RANGES) return 0;
    this.#lost.push({ from, to: last });
    return this.#drain(now, deliver);
  }

  /** Counts all gaps as lost: the sender has ended. Returns how many packets are lost now. */
  giveUp(deliver: (packet: Packet) => void): number {
    let sum = 0;
    for (;;) {
      const lost = this.expire(Infinity, deliver);
      if (lost === 0) return sum;
      sum += lost;
    }
  }

  /** Counts a gap as lost that was not repaired in time. Returns how many packets are lost now. */
  expire(now: number, deliver: (packet: Packet) => void): number {
    if (this.#gapSince === null || now - this.#gapSince < this.#options.repairTimeout) return 0;
    let first = this.#highest + 1;
    for (const held of this.#held.keys()) first = Math.min(first, held);
    return this.noteLost({ from: this.#next, to: first - 1 }, now, deliver);
  }

  /** Delivers held packets in order and skips lost ones. Returns how many were skipped. */
  #drain(now: number, deliver: (packet: Packet) => void): number {
    let lost = 0;
    for (;;) {
      if (this.#held.has(this.#next)) {
        this.#deliver(this.#take(this.#next), deliver);
        continue;
      }
      const range = this.#lost.find(({ from, to }) => from <= this.#next && this.#next <= to);
      if (range === undefined) break;
      // Packets of the range that have arrived are delivered: only the others are lost.
      let to = range.to;
      for (const held of this.#held.keys()) if (held > this.#next) to = Math.min(to, held - 1);
      lost += to - this.#next + 1;
      this.#next = to + 1;
      this.#dropPieces();
    }
    this.#lost = this.#lost.filter(({ to }) => to >= this.#next);
    if (this.#highest < this.#next) this.#gapSince = null;
    else if (lost > 0 || this.#gapSince === null) this.#gapSince = now;
    return lost;
  }

  #take(number: number): Packet {
    const packet = this.#held.get(number) as Packet;
    this.#held.delete(number);
    this.#heldBytes -= packet.body.length + HEAD_BYTES;
    return packet;
  }

  #deliver(packet: Packet, deliver: (packet: Packet) => void): void {
    this.#next = packet.number + 1;
    // The first piece of the packet was lost.
    if (packet.isContinued && this.#pieces.length === 0) return;
    if (packet.continues) {
      this.#pieces.push(Buffer.from(packet.body));
      this.#pieceBytes += packet.body.length;
      // A sender does not split a body that is longer than `maxBuffer`.
      if (this.#pieceBytes > this.#options.maxBuffer) this.#dropPieces();
      return;
    }
    if (!packet.isContinued) {
      deliver(packet);
      return;
    }
    const body = Buffer.concat([...this.#pieces, packet.body]);
    this.#dropPieces();
    deliver({ ...packet, body });
  }

  #dropPieces(): void {
    this.#pieces = [];
    this.#pieceBytes = 0;
  }
}
