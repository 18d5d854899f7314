/** Numbers that arrive, compared with 1, 2, 3 and so on. */
export class Order {
  received = 0;
  doubled = 0;
  reordered = 0;
  /** Numbers below the highest that have not arrived. */
  readonly #missing = new Set<number>();
  #highest = 0;

  get missing(): number {
    return this.#missing.size;
  }

  get highest(): number {
    return this.#highest;
  }

  take(number: number): void {
    this.received++;
    if (number > this.#highest) {
      for (let n = this.#highest + 1; n < number; n++) this.#missing.add(n);
      this.#highest = number;
    } else if (this.#missing.delete(number)) this.reordered++;
    else this.doubled++;
  }
}
