import type { Driver } from '../support/drivers/index.js';
import { Tally } from './protocol.js';

const HISTORY = 60;

/** What a client sent on one connection of a socket: from number `from` on. */
interface UpLeg {
  readonly from: number;
  isOver: boolean;
}

/** What a client knows of one session. */
export class SessionRecord {
  readonly sessionId: string;
  /** How its client speaks. */
  readonly name: string;
  readonly isSocket: boolean;
  /** Numbers the server sent. */
  readonly tally: Tally = new Tally();
  /** Numbers 1 to `sent` were sent to the server. */
  sent = 0;
  /** Numbers of which it is unknown whether and when they arrive: a POST without an answer. */
  readonly unknown: Set<number> = new Set();
  readonly legs: UpLeg[] = [];
  /** The highest number it had each time it hung up, whatever was on its way to it. */
  readonly hungUpAt: Set<number> = new Set();
  resumed = 0;
  /** Goes on until its connection is over. */
  speech: Promise<void> = Promise.resolve();
  /** The server does not know it any more. */
  isOver = false;
  /** The latest events, to find out how a message was lost. */
  readonly history: string[] = [];

  constructor(name: string, driver: Driver) {
    this.name = name;
    this.sessionId = driver.sessionId;
    this.isSocket = driver.kind === 'socket';
  }

  connected(): void {
    this.note('connected');
    this.legs.push({ from: this.sent + 1, isOver: false });
  }

  /** @param isHangUp the client did not wait for the end. */
  disconnected(why: string, isHangUp: boolean): void {
    this.note(why);
    const leg = this.legs.at(-1);
    if (leg) leg.isOver = true;
    if (isHangUp) this.hungUpAt.add(this.tally.highest);
  }

  note(event: string): void {
    const at = (performance.now() / 1000).toFixed(3);
    this.history.push(`${at} ${event} (has ${this.tally.highest}, sent ${this.sent})`);
    if (this.history.length > HISTORY) this.history.shift();
  }
}
