import type { Driver } from '../support/drivers/index.js';
import { Tally } from './protocol.js';

const HISTORY = 60;

/** What a client sent on one connection of a socket: from number `from` on. */
interface UpLeg {
  readonly from: number;
  isOver: boolean;
}

/** The record of a client about one session. */
export class SessionRecord {
  readonly sessionId: string;
  /** The name of the client's transport. */
  readonly name: string;
  readonly isSocket: boolean;
  /** Numbers the server sent. */
  readonly tally: Tally = new Tally();
  /** Numbers 1 to `sent` were sent to the server. */
  sent = 0;
  /** Numbers of which it is unknown whether and when they arrive: a POST without an answer. */
  readonly unknown: Set<number> = new Set();
  readonly legs: UpLeg[] = [];
  /** The highest number that it had received each time it closed a connection. */
  readonly hungUpAt: Set<number> = new Set();
  resumed = 0;
  /** Settles when the sender of the latest connection has finished. */
  speech: Promise<void> = Promise.resolve();
  /** True if the server has ended it. */
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
