import { Random } from '../soak/random.js';

/** Decisions from a seed: the only source of chance of a run. */
export class Chance extends Random {
  constructor(seed: number) {
    // Neighbouring seeds would begin alike.
    super(Math.imul(seed, 0x9e3779b1));
  }

  /** A number from 0 to less than 1. */
  fraction(): number {
    return this.below(2 ** 31) / 2 ** 31;
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A waiting time, exponentially distributed around its mean. */
  wait(mean: number): number {
    return Math.ceil(-mean * Math.log(1 - this.fraction()));
  }
}
