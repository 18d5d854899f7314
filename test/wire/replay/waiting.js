/**
 * Waiting for what the network and the application bring about.
 *
 * Time is counted in ticks that the player and the application agree on: a tick is at most
 * {@link TICK_MS} long, however late the next one is. So neither is late on a busy machine.
 *
 * @module
 */
'use strict';
const { setImmediate: turn, setTimeout: sleep } = require('timers/promises');

/** How long what a step wants may take unless it says `after`, in milliseconds. */
const TIMEOUT = 3000;
/** The longest tick, in milliseconds. */
const TICK_MS = 10;

class Waiting {
  #now = 0;
  #wake = () => {};
  #isStopped = false;

  /** Milliseconds since the start. */
  get now() {
    return this.#now;
  }

  /** Lets time pass; `advance(ms)` resolves when the application has done so as well. */
  async start(advance) {
    let last = performance.now();
    while (!this.#isStopped) {
      await sleep(TICK_MS / 2);
      const start = performance.now();
      const ms = Math.max(1, Math.min(TICK_MS, Math.round(start - last)));
      last = start;
      await advance(ms);
      // what the application sent is read before the time counts
      await turn();
      await turn();
      this.#now += ms;
      this.wake();
    }
  }

  stop() {
    this.#isStopped = true;
  }

  /** Reports that something has changed. */
  wake() {
    this.#wake();
  }

  /** Resolves with the first truthy value of `test`, which is called after each change; or with undefined. */
  async until(test, ms) {
    const end = this.#now + ms;
    for (;;) {
      const value = test();
      if (value) return value;
      if (this.#now >= end) return undefined;
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }

  /** Resolves after `ms`. */
  async sleep(ms) {
    await this.until(() => false, ms);
  }
}

module.exports = { TICK_MS, TIMEOUT, Waiting };
