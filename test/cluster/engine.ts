/**
 * A message engine in memory that can lose, repeat, delay and refuse messages.
 *
 * @module
 */
import type { Bus } from '../../lib/cluster/bus.js';
import { Random } from '../soak/random.js';

type Receive = (message: Uint8Array) => void;

export interface Faults {
  /** How many of 100 deliveries are lost. */
  readonly lost?: number;
  /** How many of 100 deliveries are repeated. */
  readonly repeated?: number;
  /** The longest delay of a delivery, in steps. */
  readonly delay?: number;
}

interface Delivery {
  readonly due: number;
  readonly receive: Receive;
  readonly message: Buffer;
}

export class Engine {
  /** No message leaves while it is frozen; all leave when it thaws. */
  isFrozen = false;
  /** Publishing is rejected, and what is on its way is lost. */
  isDown = false;
  /** False: a process does not receive its own messages. */
  hasEcho = true;
  faults: Faults;
  readonly published: Buffer[] = [];
  readonly #random: Random;
  readonly #receivers = new Map<string, Receive>();
  readonly #killed = new Set<string>();
  /** Processes that the engine does not reach: publishing is rejected, and they receive nothing. */
  readonly isolated: Set<string> = new Set();
  #onWay: Delivery[] = [];
  #step = 0;

  constructor(seed: number, faults: Faults = {}) {
    this.#random = new Random(seed);
    this.faults = faults;
  }

  /** A bus of one process. */
  bus(name: string, maxMessage?: number): Bus {
    return {
      ...(maxMessage === undefined ? {} : { maxMessage }),
      publish: (message) => {
        if (this.#killed.has(name)) return;
        if (this.isDown || this.isolated.has(name)) throw new Error('the engine is down');
        this.published.push(message);
        for (const [to, receive] of this.#receivers) {
          if (to === name && !this.hasEcho) continue;
          if (!this.isolated.has(to)) this.#send(receive, message);
        }
      },
      subscribe: (receive) => this.#receivers.set(name, receive),
      close: () => this.#receivers.delete(name),
    };
  }

  /** A process ends without a word: nothing of it is published or delivered any more. */
  kill(name: string): void {
    this.#killed.add(name);
    this.#receivers.delete(name);
  }

  /** Bytes from somewhere else, to all. */
  inject(message: Buffer): void {
    for (const receive of this.#receivers.values()) receive(message);
  }

  /** Delivers what is due. */
  step(): void {
    this.#step++;
    if (this.isDown) this.#onWay = [];
    if (this.isFrozen) return;
    const due = this.#onWay.filter((one) => one.due <= this.#step);
    this.#onWay = this.#onWay.filter((one) => one.due > this.#step);
    for (const { receive, message } of due) receive(message);
  }

  #send(receive: Receive, message: Buffer): void {
    const { lost = 0, repeated = 0, delay = 0 } = this.faults;
    if (this.#random.below(100) < lost) return;
    const count = this.#random.below(100) < repeated ? 2 : 1;
    for (let i = 0; i < count; i++) {
      const due = this.#step + 1 + this.#random.below(delay + 1);
      this.#onWay.push({ due, receive, message: Buffer.from(message) });
    }
  }
}
