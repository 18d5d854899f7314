/**
 * One run: the real server, pages with the real client, and a network on which things go wrong, all
 * chosen by one seed.
 *
 * @module
 */
import crypto = require('node:crypto');
import { frame } from '../../lib/protocol/frames.js';
import type { Client } from '../../lib/index.js';
import { liveSockets } from '../../client/core/socket.js';
import { platform, setPlatform } from '../../client/core/platform.js';
import { Chance } from './chance.js';
import { type Call, Network } from './network.js';
import { Oracle, PageRecord, type SessionRecord, Violation } from './oracle.js';
import { type Browser, type Page, PageSocket, useBrowser } from './page.js';
import { chooseProfile, type Profile } from './profile.js';
import type { NetworkLike } from './reference.js';
import { Scheduler } from './scheduler.js';
import { TestServer } from './server.js';

/** Longer than any request is on its way, and than a session is kept that was never confirmed. */
const LATE_MS = 70_000;
const SETTLE_STEP_MS = 10_000;
/** The time at the begin of a run. */
const EPOCH_MS = Date.UTC(2011, 10, 28);
const RETRY_MS = 500;
const SETTLE_MS = 300_000;
/** A window that is longer than anything that a run does. */
const PATIENT_MS = 100_000;

/** Messages of a page end with characters that a POST may be cut within. */
const TAIL = ' é€';

/** The text of a message of a page without its tail; the text itself if the tail is damaged. */
function withoutTail(message: unknown): string {
  const text = String(message);
  return text.endsWith(TAIL) ? text.slice(0, -TAIL.length) : text;
}

class TestPage extends PageRecord implements Page {
  readonly socket: PageSocket;

  constructor(number: number, socket: PageSocket) {
    super(number);
    this.socket = socket;
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  get unacknowledged(): number {
    return this.socket.unacknowledged();
  }
}

function ownNetwork(scheduler: Scheduler, chance: Chance, profile: Profile): NetworkLike {
  return new Network(scheduler, chance, profile);
}

/** The process's own functions that a run replaces by deterministic ones. */
export function replaceGlobals(scheduler: Scheduler, chance: Chance): () => void {
  const { random } = Math;
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { nextTick } = process;
  const { randomInt } = crypto;
  const before = platform;
  const RealDate = Date;
  const realSetTimeout = setTimeout;
  const later = (run: () => void, ms: number): unknown => {
    scheduler.setTimeout(run, ms);
    return { unref: () => undefined };
  };
  globalThis.setTimeout = later as typeof setTimeout;
  globalThis.Date = class extends RealDate {
    constructor() {
      super(EPOCH_MS + scheduler.now());
    }
  } as DateConstructor;
  Math.random = () => chance.fraction();
  process.nextTick = ((run: (...args: unknown[]) => void, ...args: unknown[]) => {
    scheduler.setTimeout(() => run(...args), 0);
  }) as typeof nextTick;
  crypto.randomInt = ((least: number, limit: number) =>
    least + Math.floor(chance.fraction() * (limit - least))) as typeof randomInt;
  return () => {
    crypto.randomInt = randomInt;
    globalThis.Date = RealDate;
    globalThis.setTimeout = realSetTimeout;
    // Pages that were never closed.
    liveSockets.length = 0;
    Math.random = random;
    process.nextTick = nextTick;
    setPlatform(before);
  };
}

export class Simulation {
  readonly chance: Chance;
  readonly profile: Profile;
  readonly scheduler: Scheduler = new Scheduler();
  readonly network: NetworkLike;
  readonly oracle: Oracle;
  steps = 0;
  readonly #pages: TestPage[] = [];
  readonly #live = new Set<SessionRecord>();
  readonly #trace: ((text: string) => void) | null;
  #browser: Browser | null = null;
  #server: TestServer | null = null;

  constructor(
    seed: number,
    trace?: (text: string) => void,
    makeNetwork: typeof ownNetwork = ownNetwork,
  ) {
    this.chance = new Chance(seed);
    this.profile = chooseProfile(this.chance);
    this.network = makeNetwork(this.scheduler, this.chance, this.profile);
    this.oracle = new Oracle(this.profile.window > PATIENT_MS);
    this.#trace = trace
      ? (text) => trace(`${String(this.scheduler.now()).padStart(7)} ${text}`)
      : null;
  }

  /** Runs until everything has settled. Returns what was violated, or null. */
  run(): Violation | null {
    const restore = replaceGlobals(this.scheduler, this.chance);
    try {
      this.#browser = useBrowser(this.scheduler, this.network);
      this.#startServer();
      this.#plan();
      let until = this.profile.chaos;
      do {
        until += SETTLE_STEP_MS;
        this.#advance(until);
      } while (until < this.profile.chaos + SETTLE_MS && !this.#isQuiet());
      this.#advance(until + LATE_MS);
      this.oracle.settled(this.#pages);
      return null;
    } catch (error) {
      if (error instanceof Violation) return error;
      throw error;
    } finally {
      restore();
    }
  }

  #advance(until: number): void {
    while (this.scheduler.step(until)) {
      this.steps++;
      const { socket } = this.#page;
      for (const record of this.#live) {
        const isOwn = this.#page.session === record;
        this.oracle.checkCounts(record, isOwn ? socket._acked : null);
      }
    }
  }

  get #page(): TestPage {
    return this.#pages.at(-1) as TestPage;
  }

  #startServer(): void {
    const { chance, oracle, scheduler, profile } = this;
    const server: TestServer = new TestServer(
      scheduler,
      {
        window: profile.window,
        maxBuffer: profile.maxBuffer,
        makeId: () => `${chance.below(1e9)}x${chance.below(1e9)}`,
      },
      {
        onConnection: (client) => this.#onConnection(client),
        onReplaced: (session, replaced, by) => {
          if (this.#server !== server) return;
          const { transport } = this.#page.socket;
          const isInUse =
            replaced.maker === transport &&
            transport?.connected &&
            !replaced.isOver &&
            replaced.kind !== 'poll';
          if (isInUse && by?.maker !== transport) {
            oracle.fail('S5', `the connection in use of ${session.sessionId} was replaced`);
          }
        },
      },
    );
    this.#server = server;
    this.network.server = this.#trace ? this.#traced(server) : server;
  }

  #traced(server: TestServer): TestServer {
    const trace = this.#trace as (text: string) => void;
    return {
      open: (call: Call, reply: (status: number) => void, accept: never) => {
        trace(`  arrives ${call.kind} ${call.url}`);
        server.open(call, (status) => (trace(`  refused ${status}`), reply(status)), accept);
      },
      post: (url: string, reply: (status: number, body: string) => void) => {
        const take = server.post(url, (status, body) => {
          trace(`  answer ${status} ${body}`);
          reply(status, body);
        });
        return (body: string) => {
          trace(`  body of ${url}: ${decodeURIComponent(body.replace(/%.?$/, ''))}`);
          take(body);
        };
      },
    } as unknown as TestServer;
  }

  #onConnection(client: Client): void {
    const { oracle } = this;
    const record = oracle.opened(client);
    this.#live.add(record);
    this.#trace?.(`  session ${record.number} begins, ${client.delivery ? 'delivering' : 'plain'}`);
    client.on('message', (message) => {
      if (!record.isCrashed) oracle.toServer(record, withoutTail(message));
    });
    client.on('lost', (messages: readonly unknown[]) => {
      record.lostDown = new Set(messages.map(String));
    });
    client.on('disconnect', (reason) => {
      this.#trace?.(`  session ${record.number} ends: ${reason}`);
      record.reason ??= reason;
      record.isConfirmed = client.connections > 1 || record.upCount > 0;
      this.#live.delete(record);
    });
  }

  #openPage(): void {
    const { chance, oracle, profile } = this;
    const socket = PageSocket.create({
      transports: profile.transports,
      probeEvery: profile.probeEvery,
      onMove: () => {
        oracle.counts.moved++;
        this.#trace?.('the page moves to another connection');
      },
      chance,
    });
    const page = new TestPage(this.#pages.length, socket);
    this.#pages.push(page);
    (this.#browser as Browser).page = page;
    socket.on('connect', () => {
      const id = socket.transport?.sessionid as string;
      const { recovered, queueStack } = socket;
      this.#trace?.(`page ${page.number} is connected, ${recovered ? 'recovered' : 'new'}`);
      const inFlight = socket._unacked.length;
      const next = page.sent - queueStack.length - inFlight + 1;
      // The answer with the grant was cut off.
      if (!socket.delivery) oracle.connectedPlainly(page);
      else oracle.connected(page, id, recovered, next);
    });
    socket.on('message', (message) => oracle.toClient(page, String(message)));
    socket.on('lost', (messages: readonly unknown[], isClean: boolean) => {
      this.#trace?.(`page ${page.number} has lost its session: ${String(messages)} ${isClean}`);
      const { session } = page;
      oracle.announced(page, messages.map(withoutTail), isClean);
      if (isClean && session && socket._isWanted && !session.isCrashed)
        oracle.endedCleanly(session);
    });
    // Pages of 2011 try again themselves.
    socket.on('connect_failed', () => {
      this.scheduler.setTimeout(() => {
        if (!page.isDead) socket.connect();
      }, RETRY_MS);
    });
    socket.connect();
  }

  #plan(): void {
    const { profile, chance } = this;
    this.#openPage();
    this.#every(profile.upEvery, () => {
      const page = this.#page;
      const count = chance.happens(0.1) ? chance.between(2, 9) : 1;
      const texts = Array.from({ length: count }, () => `u${page.number}.${++page.sent}${TAIL}`);
      if (chance.happens(0.5)) page.socket.send(texts);
      else for (const text of texts) page.socket.send(text);
    });
    this.#every(profile.downEvery, () => {
      for (const record of this.#live) this.#sendDown(record);
    });
    this.#every(profile.abandonEvery, () => {
      const { socket } = this.#page;
      if (socket.connected) socket.transport?.onDisconnect();
    });
    this.#every(profile.attackEvery, () => this.#attack());
    this.#times(profile.restarts, () => this.#restart());
    this.#times(profile.kicks, () => {
      for (const { client } of this.#live) client.disconnect();
    });
    this.#times(profile.goodbyes, () => this.#page.socket.disconnect().connect());
    this.#times(profile.reloads, () => this.#reload());
    this.scheduler.setTimeout(() => {
      this.network.isHealed = true;
      this.#trace?.('the network is healed');
    }, profile.chaos);
  }

  #every(mean: number, act: () => void): void {
    if (mean === 0) return;
    const next = (): void => {
      if (this.scheduler.now() > this.profile.chaos) return;
      act();
      this.scheduler.setTimeout(next, this.chance.wait(mean));
    };
    this.scheduler.setTimeout(next, this.chance.wait(mean));
  }

  #times(count: number, act: () => void): void {
    for (let i = 0; i < count; i++) {
      this.scheduler.setTimeout(act, this.chance.below(this.profile.chaos));
    }
  }

  #sendDown(record: SessionRecord): void {
    const { chance } = this;
    const { client, number } = record;
    const count = chance.happens(0.1) ? chance.between(2, 9) : 1;
    const isOver = (): boolean => client._isEnding || client.disconnectReason !== null;
    if (isOver()) return;
    const next = (): string => `d${number}.${++record.downSent}`;
    if (count > 1 && chance.happens(0.5)) {
      client.send(Array.from({ length: count }, next));
    } else {
      for (let i = 0; i < count && !isOver(); i++) client.send(next());
    }
  }

  /** Another client has the session id, which applications publish, but not the key. */
  #attack(): void {
    const [record] = this.#live;
    if (!record) return;
    const { chance, network, oracle } = this;
    const isPost = chance.happens(0.4);
    const name = chance.oneOf(['websocket', 'server-events', 'xhr-polling', 'jsonp-polling']);
    const received = Math.max(0, record.downSent - record.client.unacknowledged());
    const place = `c=${chance.between(1, 20)}&a=${received}&k=123&s=${record.upCount + 1}&t=1`;
    const url = `/socket.io/${name}/${record.client.sessionId}/${isPost ? 'send/' : ''}${place}/0`;
    const kind = isPost
      ? 'post'
      : name === 'websocket'
        ? 'socket'
        : /poll/.test(name)
          ? 'poll'
          : 'stream';
    const look = (text: string): void => {
      if (/~d\d/.test(text)) oracle.fail('S6', `an attacker has read ${text}`);
    };
    const caller = { onEnd: (_: number, body: string) => look(body), onPayload: look };
    const body = `data=${encodeURIComponent(frame('stolen'))}`;
    network.request(kind, url, isPost ? body : '', caller, null);
  }

  #restart(): void {
    this.#trace?.('the server restarts');
    this.network.breakAll();
    (this.#server as TestServer).isCrashed = true;
    for (const record of this.#live) {
      record.isCrashed = true;
      record.reason = 'server close';
    }
    this.#live.clear();
    this.#startServer();
  }

  #reload(): void {
    const page = this.#page;
    this.#trace?.(`page ${page.number} is reloaded`);
    if (this.chance.happens(0.5)) page.socket._suspend();
    page.isDead = true;
    this.#openPage();
  }

  #isQuiet(): boolean {
    const { socket, session } = this.#page;
    if (!socket.connected || socket.unacknowledged() > 0 || !session) return false;
    return session.client.unacknowledged() === 0 && session.downCount === session.downSent;
  }
}
