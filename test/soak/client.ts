import { setTimeout as sleep } from 'node:timers/promises';
import { Ended } from '../support/bytes.js';
import { Refused, type Driver, type Variant } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { Tally } from './protocol.js';
import type { Random } from './random.js';

/** How a connection that is cut looks like, to whom it matters. */
const CUT = /Waited in vain|ECONNRESET|EPIPE|socket hang up|WebSocket is not open|write after end/;

/** What a client knows of one session. */
export class Passage {
  readonly sessionId: string;
  /** How its client speaks. */
  readonly name: string;
  readonly isSocket: boolean;
  /** Numbers the server sent. */
  readonly tally: Tally = new Tally();
  /** Numbers 1 to `sent` were sent to the server. */
  sent = 0;
  /** Numbers of which it is unknown whether they arrived: a POST without an answer. */
  readonly unknown: Set<number> = new Set();
  /** The first number sent on each connection of a socket. */
  readonly legs: number[] = [];
  resumed = 0;
  isOver = false;

  constructor(name: string, driver: Driver) {
    this.name = name;
    this.sessionId = driver.sessionId;
    this.isSocket = driver.kind === 'socket';
  }
}

/** Comes back however often it is cut off, until it is told to stop. */
export class SoakClient {
  readonly #variant: Variant;
  readonly #port: number;
  readonly #random: Random;
  readonly #passages: Map<string, Passage>;
  readonly #oddities: Map<string, number>;
  #driver: Driver | null = null;
  #isStopped = false;
  /** Says nothing more, and still listens. */
  isQuiet = false;

  constructor(
    variant: Variant,
    port: number,
    random: Random,
    passages: Map<string, Passage>,
    oddities: Map<string, number>,
  ) {
    this.#variant = variant;
    this.#port = port;
    this.#random = random;
    this.#passages = passages;
    this.#oddities = oddities;
  }

  stop(): void {
    this.#isStopped = true;
    this.#driver?.drop();
  }

  async run(): Promise<void> {
    let passage: Passage | null = null;
    while (!this.#isStopped) {
      const driver: Driver = passage
        ? (this.#driver as Driver)
        : (this.#driver = this.#variant.create(this.#port));
      const connection = { isAlive: true };
      // oxlint-disable eslint/no-await-in-loop -- one connection after the other
      try {
        if (passage) {
          await driver.resume();
          passage.resumed++;
        } else {
          await driver.open();
          passage = new Passage(this.#variant.name, driver);
          this.#passages.set(passage.sessionId, passage);
        }
        passage.legs.push(passage.sent + 1);
        void this.#talk(driver, passage, connection);
        await this.#listen(driver, passage);
      } catch (error) {
        connection.isAlive = false;
        if (error instanceof Refused && error.status === 404) {
          if (passage) passage.isOver = true;
          passage = null;
        } else this.#note(error);
      }
      driver.drop();
      if (!this.#isStopped) await sleep(50 + this.#random.below(1500));
      // oxlint-enable eslint/no-await-in-loop
    }
  }

  async #listen(driver: Driver, passage: Passage): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
      const text = String(await driver.next());
      // oxlint-disable-next-line eslint/no-await-in-loop -- an echo before the next message
      if (text.startsWith('~h~')) await driver.send(framed(text));
      else passage.tally.take(Number(text.slice(1)));
    }
  }

  async #talk(driver: Driver, passage: Passage, connection: { isAlive: boolean }): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- that is what it waits for
      await sleep(500 + this.#random.below(1000));
      if (!connection.isAlive || this.#isStopped) return;
      if (this.isQuiet) continue;
      const number = ++passage.sent;
      passage.unknown.add(number);
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
        await driver.send(framed(`n${number}`));
        if (!passage.isSocket) passage.unknown.delete(number);
      } catch (error) {
        // whether the connection is over is for the one who listens to find out
        this.#note(error);
      }
    }
  }

  /** What a cut connection looks like is expected; anything else is to be looked at. */
  #note(error: unknown): void {
    const text = String(error).slice(0, 60);
    const isCut = error instanceof Ended || error instanceof Refused;
    if (this.#isStopped || isCut || CUT.test(text)) return;
    this.#oddities.set(text, (this.#oddities.get(text) ?? 0) + 1);
  }
}
