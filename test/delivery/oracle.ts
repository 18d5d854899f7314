/**
 * Observes both sides, and throws at the first violation of a promise.
 *
 * Messages to the server are `uPAGE.NUMBER`, messages to the client `dSESSION.NUMBER`.
 *
 * @module
 */
import type { Client } from '../../lib/index.js';
import type { DisconnectReason } from '../../lib/session/state.js';

/** The invariant that was broken, as docs/delivery.md lists them, and what has happened. */
export class Violation extends Error {
  constructor(
    readonly invariant: string,
    what: string,
  ) {
    super(`${invariant}: ${what}`);
  }
}

/** What is known of one session. */
export class SessionRecord {
  /** The page that it belongs to; null until the page has its id. */
  page: PageRecord | null = null;
  /** The number of the next message of the page. */
  upNext = 0;
  upCount = 0;
  downSent = 0;
  downCount = 0;
  reason: DisconnectReason | null = null;
  /** What was named as lost on the server's side. */
  lostDown: ReadonlySet<string> = new Set();
  /** True if the page has been informed of the end. */
  isAnnounced = false;
  /** True if the process of the server has ended. */
  isCrashed = false;
  /** True if the whole window was earned. */
  isConfirmed = false;

  constructor(
    readonly client: Client,
    readonly number: number,
  ) {}
}

/** What is known of one page. */
export class PageRecord {
  sent = 0;
  isDead = false;
  session: SessionRecord | null = null;
  /** True if the page is connected without delivery. */
  isPlain = false;

  constructor(readonly number: number) {}
}

export interface Counts {
  up: number;
  down: number;
  sessions: number;
  resumed: number;
  moved: number;
  announced: number;
  plain: number;
}

export class Oracle {
  readonly counts: Counts = {
    up: 0,
    down: 0,
    sessions: 0,
    resumed: 0,
    moved: 0,
    announced: 0,
    plain: 0,
  };
  readonly sessions: Map<string, SessionRecord> = new Map();
  readonly #up = new Map<string, SessionRecord>();
  readonly #lostUp = new Set<string>();

  /** @param isPatient true if sessions are kept for longer than faults last */
  constructor(readonly isPatient: boolean) {}

  fail(invariant: string, what: string): never {
    throw new Violation(invariant, what);
  }

  opened(client: Client): SessionRecord {
    const record = new SessionRecord(client, ++this.counts.sessions);
    this.sessions.set(client.sessionId, record);
    return record;
  }

  /** A page is connected; `next` is the number of the message that it sends first. */
  connected(page: PageRecord, sessionId: string, isRecovered: boolean, next: number): void {
    const record = this.sessions.get(sessionId) as SessionRecord;
    if (page.isPlain) {
      for (let n = 1; n < next; n++) this.#lostUp.add(`u${page.number}.${n}`);
      page.isPlain = false;
    }
    if (isRecovered) {
      if (page.session !== record) this.fail('S4', 'another session was recovered');
      this.counts.resumed++;
      return;
    }
    if (record.page) this.fail('S4', `session ${record.number} has two pages`);
    record.page = page;
    record.upNext = next;
    page.session = record;
  }

  /** A page is connected without delivery: nothing that it sends is promised to arrive. */
  connectedPlainly(page: PageRecord): void {
    this.counts.plain++;
    page.isPlain = true;
  }

  toServer(record: SessionRecord, text: string): void {
    const [, page, digits] = /^u(\d+)\.(\d+)$/.exec(text) ?? [];
    if (!page) this.fail(text.startsWith('stolen') ? 'S6' : 'S1', `the server got ${text}`);
    if (record.page?.number !== Number(page))
      this.fail('S4', `${text} in a session of another page`);
    if (this.#up.has(text)) this.fail('S1', `${text} twice`);
    if (Number(digits) !== record.upNext) this.fail('S1', `${text} instead of ${record.upNext}`);
    record.upNext++;
    record.upCount++;
    this.#up.set(text, record);
    this.counts.up++;
  }

  toClient(page: PageRecord, text: string): void {
    const record = page.session as SessionRecord;
    const [, number, digits] = /^d(\d+)\.(\d+)$/.exec(text) ?? [];
    if (record.number !== Number(number)) this.fail('S4', `${text} in session ${record.number}`);
    if (Number(digits) !== record.downCount + 1) {
      this.fail('S2', `${text} instead of ${record.downCount + 1}`);
    }
    record.downCount++;
    this.counts.down++;
  }

  /** Compares the counts of the two sides. */
  checkCounts(record: SessionRecord, clientCount: number | null): void {
    const { client, downCount, downSent, upCount } = record;
    if (downSent - client.unacknowledged() > downCount) {
      this.fail('S3', `the server counts more than the ${downCount} messages that have arrived`);
    }
    if (clientCount !== null && clientCount > upCount) {
      this.fail('S3', `the client counts ${clientCount}, and the server has ${upCount}`);
    }
  }

  announced(page: PageRecord, messages: readonly string[], isClean: boolean): void {
    const record = page.session;
    if (!record) this.fail('S3', 'a session that never began was announced as lost');
    this.counts.announced++;
    record.isAnnounced = true;
    page.session = null;
    for (const text of messages) {
      if (this.#lostUp.has(text)) this.fail('S3', `${text} was announced twice`);
      this.#lostUp.add(text);
    }
    if (isClean || !this.isPatient || record.isCrashed) return;
    if (record.reason === null) this.fail('L2', 'the client gave up a session that lives');
    const isTimeout = record.reason === 'transport close' && record.isConfirmed;
    if (isTimeout) this.fail('L2', 'the server has not waited for the client');
  }

  /** The server has ended the session, and the client reports that nothing is missing. */
  endedCleanly({ number, downSent, downCount }: SessionRecord): void {
    if (downSent > downCount)
      this.fail('S3', `${downSent - downCount} of session ${number} are missing`);
  }

  /** The applications of both sides have been silent for long, and no more faults happen. */
  settled(pages: readonly (PageRecord & { isConnected: boolean; unacknowledged: number })[]): void {
    for (const page of pages) {
      if (page.isDead) continue;
      if (!page.isConnected) this.fail('L1', `page ${page.number} is not connected`);
      if (page.unacknowledged > 0) this.fail('L1', `page ${page.number} still waits`);
      for (let n = 1; n <= page.sent; n++) {
        const text = `u${page.number}.${n}`;
        const isReceived = this.#up.get(text)?.isCrashed === false;
        if (!isReceived && !this.#up.has(text) && !this.#lostUp.has(text)) {
          this.fail('S3', `${text} is nowhere`);
        }
      }
    }
    for (const record of this.sessions.values()) this.#settledDown(record);
  }

  #settledDown(record: SessionRecord): void {
    const { number, page, downSent, downCount, lostDown, isCrashed } = record;
    const isServed = page?.isDead === false && page.session === record;
    if (isServed && record.client.unacknowledged() > 0) {
      this.fail('L1', `session ${number} still has messages`);
    }
    if (downCount === downSent) return;
    if (isServed) this.fail('L1', `messages of session ${number} have not arrived`);
    if (page?.isDead === false && !record.isAnnounced) {
      this.fail('S3', `the page of session ${number} was not informed`);
    }
    if (isCrashed || record.reason === null) return;
    for (let n = downCount + 1; n <= downSent; n++) {
      if (!lostDown.has(`d${number}.${n}`)) this.fail('S3', `d${number}.${n} is nowhere`);
    }
  }
}
