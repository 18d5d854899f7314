import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import * as io from '../../lib/index.js';
import type { Driver, Variant } from '../support/drivers/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { VARIANTS } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { listenOnLoopback, QUIET } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { requireOfApp } from './app-folder.js';
import { request } from '../support/raw.js';

/** Milliseconds of the test's clock. */
const CLOSE_TIMEOUT = 5000;
const GRAIN = 20;

interface App {
  readonly io: typeof io;
  readonly server: Server;
  readonly options: Record<string, unknown>;
  readonly transport: string;
  readonly require: NodeJS.Require;
  readonly tell: (what: unknown) => void;
  /** Takes back what the app has done to the package. */
  undo?: () => void;
}

const APPS = require(resolve(__dirname, '../../../test/interop/2011/idioms.js')) as Readonly<
  Record<string, (app: App) => void>
>;

interface Outcome {
  /** What the app reports while Ann and Bob connect, Ann sends 'hello' and leaves. */
  readonly told?: readonly unknown[];
  readonly toAnn?: readonly unknown[];
  readonly toBob?: readonly unknown[];
  /** What is answered to a request for /now.js. */
  readonly page?: string;
}

/** What becomes of each app. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'keeps properties of its own on a client': { told: ['guest 1: hello', 'guest 1 left'] },
  'sends through listener.clients without a look whether they are there': {
    told: [undefined],
    toAnn: ['welcome', 'hello'],
    toBob: ['welcome', 'hello', 'one leaves'],
  },
  'counts its clients while they connect': { told: ['1 1', '2 2', 2] },
  'reads client.request at any time': {
    told: Array.from({ length: 5 }, () => 'session=7 http://localhost'),
  },
  'reads the address of a client in every way there was': {
    told: Array.from({ length: 6 }, () => '127.0.0.1'),
  },
  'cleans up only if client.connected is false': { told: [true, true, true, 'cleaned up'] },
  'sends from inside every handler': {
    toAnn: ['welcome', 'a newcomer', 'yours'],
    toBob: ['welcome', { text: 'hello' }, 'farewell', 'all of you', 'gone'],
  },
  'sends to a client that has just gone': { told: ['survived'], toBob: ['', 'still there?'] },
  'emits events of its own on clients and on the listener': {
    told: [7, 7, 'session says hello', 'its own'],
  },
  'replaces client.on': { told: ['decrypted hello', 'left'] },
  'passes client.send around, bound': { toAnn: ['hello one', 'hello two'], toBob: ['heard'] },
  'takes its listener off at the disconnect': { told: ['hello', 0] },
  'polls client.connected of a client it keeps': { told: [true, true, false] },
  'uses session ids as text, keys and numbers': {
    told: [true, true, 'known'],
    toBob: ['not for you', 'nor this'],
  },
  'listens to everything on the listener': {
    told: ['+ true', '+ true', 'hello true', '- 1 false'],
  },
  'gives its listeners as options, as the README of 2010 had it': {
    told: ['connect', 'connect', 'hello', 'disconnect'],
  },
  'puts a handler in front before it listens': { told: ['hello'], page: 'mine' },
  'puts a handler in front after it listens': { told: ['hello'], page: 'mine' },
  'pushes a handler in front through server._events': { told: ['hello'], page: 'mine' },
  'patches _onConnection of the listener': { told: [0, 'connected', 0, 'connected'] },
  'adds methods to Client.prototype and Listener.prototype': { toAnn: ['HELLO'], toBob: ['2'] },
  'registers its listeners by inheritance': { told: ['hello', 'left with 1'] },
  'sends JSON as text and as objects': {
    toAnn: ['{"echo":"hello"}', { echo: 'hello' }, { echo: 'hello' }, 'and so on', '42'],
  },
  'throws everybody out at once': { told: ['thrown out', 'thrown out'] },
};

const HEADERS = { Cookie: 'session=7', Origin: 'http://localhost' };

interface Fixture {
  readonly told: unknown[];
  readonly port: number;
  readonly clock: ManualClock;
  readonly listener: io.Listener;
  /** Another client, and the package's side of it. */
  readonly join: () => Promise<readonly [Driver, io.Client]>;
}

async function start(run: (app: App) => void, variant: Variant): Promise<Fixture> {
  const { transport } = variant.create(0);
  const clock = new ManualClock();
  const server = createServer();
  const told: unknown[] = [];
  const timings = { timeout: null, closeTimeout: CLOSE_TIMEOUT };
  let listener: io.Listener | null = null;
  const app: App = {
    io: { ...io, listen: (...args) => (listener = io.listen(...args)) },
    server,
    options: { ...QUIET, clock, transportOptions: { [transport]: timings } },
    transport,
    require: requireOfApp(),
    tell: (what) => told.push(what),
  };
  run(app);
  afterThisTest(() => app.undo?.());
  if (!listener) throw new Error('The app does not listen');
  const { clients } = listener as io.Listener;
  const port = await listenOnLoopback(server);
  async function join(): Promise<readonly [Driver, io.Client]> {
    const driver = await variant.create(port, { headers: HEADERS }).open();
    await until(() => clients[driver.sessionId]?._open === true, 'the client');
    return [driver, clients[driver.sessionId] as io.Client];
  }
  return { told, port, clock, listener, join };
}

async function read(driver: Driver, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  while (messages.length < count) messages.push(await driver.next());
  return messages;
}

const TRANSPORTS = new Set([
  'websocket',
  'websocket, hixie-76',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
]);

it('has an expected result for every idiom', () => {
  expect(Object.keys(OUTCOMES)).to.deep.equal(Object.keys(APPS));
});

for (const variant of VARIANTS.filter(({ name }) => TRANSPORTS.has(name))) {
  describe(`application of 2011 with clients on ${variant.name}`, () => {
    for (const [habit, app] of Object.entries(APPS)) {
      const { told, toAnn = [], toBob = [], page } = OUTCOMES[habit] ?? {};

      it(habit, async () => {
        const fixture = await start(app, variant);
        let heard = 0;
        fixture.listener.on('clientMessage', () => heard++);
        const [ann, annsClient] = await fixture.join();
        const [bob, bobsClient] = await fixture.join();
        if (page) expect((await request(fixture.port, '/now.js')).body).to.equal(page);
        await ann.send(framed('hello'));
        await until(() => heard === 1, 'the message');
        expect(await read(ann, toAnn.length)).to.deep.equal(toAnn);
        ann.drop();
        const ready = (): boolean => !bobsClient.connected || bobsClient._open;
        await until(() => !annsClient._open && ready(), 'the server to notice');
        fixture.clock.tick(CLOSE_TIMEOUT + GRAIN);
        expect(annsClient.connected).to.equal(false);
        expect(await read(bob, toBob.length)).to.deep.equal(toBob);
        if (!told) return;
        await until(() => fixture.told.length >= told.length, 'the app to tell');
        await flushEventLoop();
        expect(fixture.told).to.deep.equal(told);
      });
    }
  });
}
