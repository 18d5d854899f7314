/** Waiting for what the network and the application bring about. @module */
'use strict';

/** How long what a step wants may take unless it says `after`, in milliseconds. */
const TIMEOUT = 3000;

class Waiting {
  #wake = () => {};

  /** Says that something has changed. */
  wake() {
    this.#wake();
  }

  /** Resolves with the first truthy value of `test`, which is asked after each change; or with undefined. */
  async until(test, ms) {
    const end = Date.now() + ms;
    for (;;) {
      const value = test();
      if (value) return value;
      const left = end - Date.now();
      if (left <= 0) return undefined;
      let timer;
      await new Promise((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}

module.exports = { TIMEOUT, Waiting };
