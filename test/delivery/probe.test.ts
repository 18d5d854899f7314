import { expect } from 'chai';
import type { Client } from '../../lib/index.js';
import { Chance } from './chance.js';
import { type Caller, type Handle, type Kind, Network } from './network.js';
import { PageSocket, useBrowser } from './page.js';
import { Scheduler } from './scheduler.js';
import { TestServer } from './server.js';
import { replaceGlobals } from './simulation.js';

const HTTP = ['server-events', 'xhr-polling', 'jsonp-polling'];
/** Time between two messages of each side. */
const EVERY_MS = 20;
/** The longest time of one way over the network. */
const TRIP_MS = 40;
const MINUTE_MS = 60_000;

/** What a proxy does with WebSockets. */
const PROXIES = {
  'accepts and carries nothing': null,
  'refuses at once': 0,
  'closes after one second': 1000,
};
type Blocking = keyof typeof PROXIES;

/** A network without faults, with a proxy that may block WebSockets. */
class ProxiedNetwork extends Network {
  isBlocked = false;
  /** The times at which WebSockets were opened. */
  readonly opened: number[] = [];
  readonly #proxy: Blocking | null;

  constructor(scheduler: Scheduler, chance: Chance, proxy: Blocking | null) {
    super(scheduler, chance, { faults: {}, trip: TRIP_MS, cutAfter: 0 });
    this.#proxy = proxy;
  }

  override request(kind: Kind, url: string, body: string, caller: Caller, maker: unknown): Handle {
    const closesAfter = this.#proxy === null ? undefined : PROXIES[this.#proxy];
    if (kind !== 'socket') return super.request(kind, url, body, caller, maker);
    this.opened.push(this.scheduler.now());
    if (closesAfter === undefined) return super.request(kind, url, body, caller, maker);
    if (closesAfter) {
      const handle = super.request(kind, url, body, caller, maker);
      this.after(closesAfter, () => {
        handle.line?.clientCloses();
        this.end(handle.call, 0, '');
      });
      return handle;
    }
    if (closesAfter === 0) this.after(TRIP_MS, () => caller.onEnd(0, ''));
    return { send: () => undefined, abort: () => undefined } as unknown as Handle;
  }
}

interface Traffic {
  readonly socket: PageSocket;
  readonly network: ProxiedNetwork;
  readonly sessions: Client[];
  /** The transports that have served the session, in order. */
  readonly served: string[];
  readonly events: string[];
  readonly up: unknown[];
  readonly down: unknown[];
  sent: number;
  /** The longest time between two messages that arrived at one of the sides. */
  longestPause: number;
}

/** Sends in both directions for a time, then waits until all has arrived. */
function run(ms: number, transports: string[], proxy: Blocking | null = null): Traffic {
  const scheduler = new Scheduler();
  const chance = new Chance(1);
  const restore = replaceGlobals(scheduler, chance);
  try {
    return observe(scheduler, chance, ms, transports, proxy);
  } finally {
    restore();
  }
}

function observe(
  scheduler: Scheduler,
  chance: Chance,
  ms: number,
  transports: string[],
  proxy: Blocking | null,
): Traffic {
  const network = new ProxiedNetwork(scheduler, chance, proxy);
  const browser = useBrowser(scheduler, network);
  const served: string[] = [];
  const sessions: Client[] = [];
  const up: unknown[] = [];
  let lastUp = 0;
  network.server = new TestServer(
    scheduler,
    { window: 120_000, maxBuffer: 1e7, makeId: () => `${chance.below(1e9)}` },
    {
      onConnection(client) {
        sessions.push(client);
        client.on('message', (message) => {
          up.push(message);
          pauseUntilNow(lastUp);
          lastUp = scheduler.now();
        });
      },
      onReplaced: () => undefined,
    },
  );
  const socket = PageSocket.create({
    transports,
    probeEvery: null,
    onMove: () => undefined,
    chance: null,
  });
  browser.page = { socket, isDead: false };
  const traffic: Traffic = {
    socket,
    network,
    sessions,
    served,
    events: [],
    up,
    down: [],
    sent: 0,
    longestPause: 0,
  };
  const pauseUntilNow = (last: number): void => {
    if (last > 0) traffic.longestPause = Math.max(traffic.longestPause, scheduler.now() - last);
  };
  for (const name of ['connect', 'disconnect', 'reconnecting', 'reconnect', 'lost', 'error']) {
    socket.on(name as 'connect', () => traffic.events.push(name));
  }
  let lastDown = 0;
  socket.on('message', (message) => {
    traffic.down.push(message);
    pauseUntilNow(lastDown);
    lastDown = scheduler.now();
  });
  socket.connect();
  while (scheduler.now() < ms) {
    scheduler.setTimeout(() => undefined, EVERY_MS);
    const until = scheduler.now() + EVERY_MS;
    while (scheduler.step(until));
    const [client] = sessions;
    if (client && socket.connected) {
      traffic.sent++;
      socket.send(traffic.sent);
      client.send(traffic.sent);
      if (client.transport !== served.at(-1)) served.push(client.transport);
    }
  }
  const end = scheduler.now() + 2000;
  while (scheduler.step(end));
  socket.disconnect();
  return traffic;
}

function expectEachOnce({ up, down, sent, events, sessions }: Traffic): void {
  const all = Array.from({ length: sent }, (_, i) => String(i + 1));
  expect(up.map(String)).to.deep.equal(all);
  expect(down.map(String)).to.deep.equal(all);
  expect(events).to.deep.equal(['connect', 'lost', 'disconnect']); // at the end of the run
  expect(sessions).to.have.lengthOf(1);
}

describe('a session with delivery that may use a WebSocket', () => {
  for (const http of HTTP) {
    describe(`and ${http}`, () => {
      const transports = ['websocket', http];

      it('starts over HTTP and moves after a second; no message is lost, doubled or reordered', () => {
        const traffic = run(5000, transports);
        expectEachOnce(traffic);
        expect(traffic.served).to.deep.equal([http, 'websocket']);
        expect(traffic.network.opened).to.have.lengthOf(1);
        expect(traffic.longestPause).to.be.lessThan(10 * TRIP_MS);
      });

      for (const proxy of Object.keys(PROXIES) as Blocking[]) {
        it(`continues without a pause behind a proxy that ${proxy}`, () => {
          const traffic = run(2.5 * MINUTE_MS, transports, proxy);
          expectEachOnce(traffic);
          const isCut = proxy === 'closes after one second';
          // Cut a moment after the session has moved to it, it is used again.
          const once = isCut ? ['websocket', http] : [];
          expect(traffic.served).to.deep.equal([http, ...once, ...once]);
          expect(traffic.longestPause).to.be.lessThan(10 * TRIP_MS);
        });
      }

      it('probes again after one minute, then after two', () => {
        const { opened } = run(7 * MINUTE_MS, transports, 'refuses at once').network;
        expect(opened).to.have.lengthOf(3);
        const [first = 0, second = 0, third = 0] = opened;
        expect(first).to.be.within(1000, 1000 + 10 * TRIP_MS);
        expect(second - first).to.be.within(MINUTE_MS, MINUTE_MS + 5000);
        expect(third - second).to.be.within(2 * MINUTE_MS, 2 * MINUTE_MS + 5000);
      });

      it('does not probe a WebSocket that is not in `transports`', () => {
        const traffic = run(3000, [http]);
        expectEachOnce(traffic);
        expect(traffic.network.opened).to.deep.equal([]);
      });
    });
  }

  it('starts with the WebSocket if there is nothing else, and does not probe', () => {
    const traffic = run(3000, ['websocket']);
    expectEachOnce(traffic);
    expect(traffic.network.opened).to.have.lengthOf(1);
  });
});
