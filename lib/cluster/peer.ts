/**
 * The order of one sender: delivers its numbered packets once, in order, and finds gaps.
 *
 * A number that is too high is held until what is missing before it has arrived. What does not
 * arrive within `repairTimeout`, or is gone at the sender, is counted as lost, and the rest goes on.
 * Pure: time comes in as an argument.
 *
 * @module
 */
import type { ResolvedBusOptions } from './bus.js';
import { HEAD_BYTES, type Packet } from './packet.js';

/** Numbers that are missing, both included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The most numbers that are asked for at a time. */
const MOST_ASKED = 10_000;
/** The most lost ranges that are kept; those beyond are given up after `repairTimeout`. */
const MOST_RANGES = 100;

export class Peer {
  readonly node: string;
  /** When the latest envelope of the sender arrived. */
  lastSeen: number;
  /** How many sessions it has, as its latest heartbeat said. */
  sessions = 0;
  readonly #options: ResolvedBusOptions;
  /** The next number to deliver. */
  #next: number;
  /** The highest number that the sender is known to have published. */
  #highest: number;
  readonly #held = new Map<number, Packet>();
  #heldBytes = 0;
  /** Ranges that are lost, and not passed yet. */
  #lost: Gap[] = [];
  /** When the present gap was found; null: there is none. */
  #gapSince: number | null = null;
  /** The pieces of a packet so far. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  /** @param first the first number that is owed by the sender */
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

  /** What is missing; null: nothing that is known of. */
  get gap(): Gap | null {
    if (this.#highest < this.#next) return null;
    let to = this.#next;
    while (to < this.#highest && to - this.#next < MOST_ASKED && !this.#held.has(to + 1)) to++;
    return { from: this.#next, to };
  }

  /**
   * Takes a numbered packet; calls `deliver` for each packet whose turn it is. Returns how many
   * packets are lost before them.
   */
  receive(packet: Packet, now: number, deliver: (packet: Packet) => void): number {
    const { number, body } = packet;
    if (number < this.#next || this.#held.has(number)) return 0;
    this.#highest = Math.max(this.#highest, number);
    if (number === this.#next) {
      this.#deliver(packet, deliver);
      // Progress: what is still missing has its full time again.
      this.#gapSince = null;
      return this.#drain(now, deliver);
    }
    this.#gapSince ??= now;
    // What cannot be held is asked for later.
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

  /** The sender does not have these numbers any more. Returns how many are lost by it now. */
  noteLost({ from, to }: Gap, now: number, deliver: (packet: Packet) => void): number {
    // A number beyond what the sender has published would make it unheard.
    const last = Math.min(to, this.#highest);
    if (last < this.#next || last < from || this.#lost.length === MOST_RANGES) return 0;
    this.#lost.push({ from, to: last });
    return this.#drain(now, deliver);
  }

  /** Gives a gap up that could not be repaired in time. Returns how many packets are lost by it. */
  expire(now: number, deliver: (packet: Packet) => void): number {
    if (this.#gapSince === null || now - this.#gapSince < this.#options.repairTimeout) return 0;
    let first = this.#highest + 1;
    for (const held of this.#held.keys()) first = Math.min(first, held);
    return this.noteLost({ from: this.#next, to: first - 1 }, now, deliver);
  }

  /** Delivers what is held, and passes over what is lost. Returns how many packets that was. */
  #drain(now: number, deliver: (packet: Packet) => void): number {
    let lost = 0;
    for (;;) {
      if (this.#held.has(this.#next)) {
        this.#deliver(this.#take(this.#next), deliver);
        continue;
      }
      const range = this.#lost.find(({ from, to }) => from <= this.#next && this.#next <= to);
      if (range === undefined) break;
      // What arrived of the range was sent before it was lost.
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
    // Its beginning was lost.
    if (packet.isContinued && this.#pieces.length === 0) return;
    if (packet.continues) {
      this.#pieces.push(Buffer.from(packet.body));
      this.#pieceBytes += packet.body.length;
      // A sender does not cut a body that is longer than what may wait for the engine.
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
