/**
 * The network of a test server: what was written arrives at the next turn of the event loop, in the
 * order in which it was written.
 *
 * @module
 */

// Kept, because test runners replace the globals.
const nextTurn = setImmediate;

/**
 * The turns without traffic after which {@link Network.settle} resolves: an application may await a
 * few promises.
 */
const QUIET_TURNS = 10;
/** The turns of traffic after which it is considered endless. */
const MAX_TURNS = 100_000;

export class Network {
  #jobs: (() => void)[] = [];
  #isScheduled = false;
  #traffic = 0;

  /** Runs `job` at the next turn of the event loop, after the jobs that were posted before. */
  post(job: () => void): void {
    this.touch();
    this.#jobs.push(job);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => this.#run());
  }

  /** Reports traffic: {@link settle} waits on. */
  touch(): void {
    this.#traffic++;
  }

  /**
   * Resolves when there was no traffic for several turns of the event loop.
   *
   * @throws {Error} If the traffic does not end.
   */
  async settle(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; quiet < QUIET_TURNS; turn++) {
      if (turn === MAX_TURNS) {
        throw new Error(`The traffic has not ended within ${MAX_TURNS} turns of the event loop`);
      }
      const before = this.#traffic;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await new Promise<void>((resolve) => nextTurn(resolve));
      quiet = this.#traffic === before ? quiet + 1 : 0;
    }
  }

  #run(): void {
    this.#isScheduled = false;
    for (const job of this.#jobs.splice(0)) job();
  }
}
