import { setTimeout as sleep } from 'node:timers/promises';
import { Ended } from '../support/bytes.js';
import { Refused, type Driver, type Variant } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { SessionRecord } from './session-record.js';
import type { Random } from './random.js';

/** How a connection that is cut looks like, to whom it matters. */
const CUT =
  /Timed out waiting|ECONNRESET|EPIPE|socket hang up|WebSocket is not open|write after end/;

/** What all clients of a soak share. */
export interface Surroundings {
  readonly port: number;
  readonly random: Random;
  /** Seconds from one message of a client to its next, on average. */
  readonly pace: number;
  readonly records: Map<string, SessionRecord>;
  readonly oddities: Map<string, number>;
}

/** Reconnects however often it is cut off, until it is stopped. */
export class SoakClient {
  readonly #variant: Variant;
  readonly #around: Surroundings;
  #driver: Driver | null = null;
  #isStopped = false;
  /** True if it sends nothing more, and still receives. */
  isQuiet = false;

  constructor(variant: Variant, around: Surroundings) {
    this.#variant = variant;
    this.#around = around;
  }

  stop(): void {
    this.#isStopped = true;
    this.#driver?.drop();
  }

  async run(): Promise<void> {
    const { port, random, records } = this.#around;
    let record: SessionRecord | null = null;
    while (!this.#isStopped) {
      const driver: Driver = record
        ? (this.#driver as Driver)
        : (this.#driver = this.#variant.create(port));
      const connection = { isAlive: true };
      // oxlint-disable eslint/no-await-in-loop -- one connection after the other
      try {
        if (record) {
          record.note('resumes');
          await driver.resume();
          record.resumed++;
        } else {
          await driver.open();
          record = new SessionRecord(this.#variant.name, driver);
          records.set(record.sessionId, record);
        }
        record.connected();
        this.#speak(driver, record, connection);
        await this.#listen(driver, record);
      } catch (error) {
        connection.isAlive = false;
        record?.disconnected(String(error).slice(0, 60), !(error instanceof Ended));
        if (error instanceof Refused && error.status === 404) {
          if (record) record.isOver = true;
          record = null;
        } else this.#note(error);
      }
      driver.drop();
      if (!this.#isStopped) await sleep(50 + random.below(1500));
      // oxlint-enable eslint/no-await-in-loop
    }
  }

  async #listen(driver: Driver, record: SessionRecord): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
      const text = String(await driver.next());
      if (text.startsWith('~h~')) void this.#echo(driver, text);
      else record.tally.take(Number(text.slice(1)));
    }
  }

  /** A failed echo does not discard what arrives meanwhile. */
  async #echo(driver: Driver, text: string): Promise<void> {
    try {
      await driver.send(framed(text));
    } catch (error) {
      this.#note(error);
    }
  }

  /** Sends after the sender of the previous connection has finished: one POST at a time. */
  #speak(driver: Driver, record: SessionRecord, connection: { isAlive: boolean }): void {
    record.speech = record.speech.then(() => this.#talk(driver, record, connection));
  }

  async #talk(
    driver: Driver,
    record: SessionRecord,
    connection: { isAlive: boolean },
  ): Promise<void> {
    const { random, pace } = this.#around;
    while (connection.isAlive) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- that is what it waits for
      await sleep(pace * (500 + random.below(1000)));
      if (!connection.isAlive || this.#isStopped) return;
      if (this.isQuiet) continue;
      const number = ++record.sent;
      if (!record.isSocket) record.unknown.add(number);
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
        await driver.send(framed(`n${number}`));
        record.unknown.delete(number);
      } catch (error) {
        // the receiver detects whether the connection is over
        this.#note(error);
      }
    }
  }

  /** What a cut connection looks like is expected; anything else is to be looked at. */
  #note(error: unknown): void {
    const text = String(error).slice(0, 60);
    const isCut = error instanceof Ended || error instanceof Refused;
    if (this.#isStopped || isCut || CUT.test(text)) return;
    const { oddities } = this.#around;
    oddities.set(text, (oddities.get(text) ?? 0) + 1);
  }
}
