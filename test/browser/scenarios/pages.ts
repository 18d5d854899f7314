import { createHash } from 'node:crypto';
import type { Context } from '../context.js';
import { eventually, NOTICE_MS, same } from '../eventually.js';
import { converses } from './lifecycle.js';
import { POLLING, type Scenario } from './scenario.js';

/** The time limit of connecting by the default list, in milliseconds. */
const DEFAULT_LIST_MS = 300;

/** The transports that do not need a document. */
const WORKER_TRANSPORTS = ['websocket', 'server-events', 'xhr-multipart', 'xhr-polling'] as const;

/** How long a message may be delayed if polls use all connections, in milliseconds. */
const SHORT_POLL_MS = 1000;

const SPECIAL = 'grüße € 日本 \u{1F600} end';

/** Measures the best of three sockets, because the machine may be busy. */
async function connectsWithin(context: Context, limitMs: number): Promise<void> {
  await context.serve();
  const page = await context.page();
  const times: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    const peer = await context.socket(page, {}, name);
    await peer.wait('connect');
    times.push(await page.call('firstAt', name, 'connect'));
    await peer.disconnect();
  }
  const took = Math.round(Math.min(...times));
  if (took > limitMs) throw new Error(`Expected connect within ${limitMs} ms, got ${took} ms`);
}

export const pageScenarios: readonly Scenario[] = [
  {
    name: 'default list under 300 ms',
    alone: true,
    transports: ['any'],
    run: (context) => connectsWithin(context, DEFAULT_LIST_MS),
  },
  {
    name: 'connects under 300 ms',
    clients: ['ours'],
    alone: true,
    run: (context) => connectsWithin(context, DEFAULT_LIST_MS),
  },
  {
    name: 'strict CSP',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const page = await context.page(context.server.url, { strict: true });
      same(await page.call('ready'), true, 'io.Socket');
      const peer = await context.socket(page);
      await peer.wait('connect');
      await converses(peer, SPECIAL);
    },
  },
  {
    name: 'Trusted Types',
    clients: ['ours'],
    transports: ['websocket', 'server-events', 'htmlfile', 'xhr-multipart', 'xhr-polling'],
    async run(context) {
      await context.serve();
      const page = await context.page(context.server.url, { trustedTypes: true });
      const peer = await context.socket(page);
      await peer.wait('connect');
      await converses(peer, SPECIAL);
    },
  },
  {
    name: 'script of another site',
    clients: ['ours'],
    transports: ['websocket', 'xhr-polling'],
    async run(context) {
      await context.serve();
      const elsewhere = await context.serve();
      const page = await context.page(elsewhere.url.replace('127.0.0.1', 'localhost'), {
        isolated: true,
      });
      const src = `${context.server.url}/socket.io/socket.io.js`;
      const script = Buffer.from(await (await fetch(src)).arrayBuffer());
      const integrity = `sha384-${createHash('sha384').update(script).digest('base64')}`;
      const attributes = JSON.stringify({ src, integrity, crossOrigin: 'anonymous' });
      const element = `Object.assign(document.createElement('script'), ${attributes})`;
      await page.evaluate(`(io = null, document.head.appendChild(${element}), null)`);
      await eventually('io.Socket', () => page.evaluate('!!io && !!io.Socket'));
      const { port } = context.server;
      const peer = await context.socket(page, { host: '127.0.0.1', port });
      await peer.wait('connect');
      await converses(peer, SPECIAL);
    },
  },
  {
    name: 'page in windows-1252',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const page = await context.page(context.server.url, { charset: 'windows-1252' });
      const peer = await context.socket(page);
      await peer.wait('connect');
      await converses(peer, SPECIAL);
    },
  },
  {
    name: 'web worker',
    clients: ['ours'],
    transports: WORKER_TRANSPORTS,
    async run(context) {
      await context.serve();
      context.server.echo = true;
      const page = await context.page();
      const inWorker = <T>(...args: readonly unknown[]): Promise<T> =>
        page.call<T>('inWorker', ...args);
      await page.call('worker', ['/harness.js', '/socket.io/socket.io.js']);
      const options = { transports: [context.cell.transport], rememberTransport: false };
      await inWorker('open', 'w', options, []);
      await inWorker('wait', 'w', 'connect', 1, 5000);
      await inWorker('call', 'w', 'send', SPECIAL);
      same(await inWorker('wait', 'w', 'message', 1, 5000), [[SPECIAL]], 'echo in the worker');
      const [session] = context.server.sessions;
      await inWorker('call', 'w', 'disconnect');
      await eventually("'disconnect'", () => session?.disconnectedAt !== undefined, NOTICE_MS);
    },
  },
  {
    name: 'back/forward cache',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await converses(peer, 'before');
      const first = await peer.session();
      await peer.page.goto(`${context.server.url}/blank`);
      await eventually("'disconnect'", () => first.disconnectedAt !== undefined, NOTICE_MS);
      await peer.page.back();
      const shows: boolean[] = await peer.page.call('shows');
      // The page was not in the cache: it has been loaded again.
      if (shows.at(-1) !== true) return;
      await eventually('a live socket', async () => (await peer.state()).connected);
      await converses(peer, 'after');
    },
  },
  {
    name: 'reopen in one turn',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const peer = await context.peer({ reconnect: false });
      await converses(peer, 'before');
      const first = await peer.session();
      await peer.page.call('reopen', peer.name);
      await peer.wait('connect', 2);
      await converses(peer, 'after');
      await eventually("'disconnect'", () => first.disconnectedAt !== undefined, NOTICE_MS);
      same(context.server.sessions.length, 2, 'sessions');
    },
  },
  {
    name: 'lone surrogate',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await peer.send('\uD800 alone');
      await peer.send('whole');
      const session = await peer.session();
      await eventually('the next message', () => session.messages.includes('whole'));
      session.client.send('\uDC00 alone');
      session.client.send('whole');
      same((await peer.messages(2)).at(-1), 'whole', 'the message after it');
    },
  },
  {
    name: 'no traffic after disconnect',
    clients: ['ours'],
    transports: POLLING,
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await converses(peer, 'before');
      await peer.disconnect();
      await peer.wait('disconnect');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const events = (await peer.log()).map(({ event }) => event);
      same(events.filter((event) => event === 'connect').length, 1, 'connects');
      same(context.server.sessions.length, 1, 'sessions');
    },
  },
  {
    name: 'sends in beforeunload',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await converses(peer, 'before');
      const session = await peer.session();
      await peer.page.call('sendOnUnload', peer.name, 'bye');
      await peer.page.goto(`${context.server.url}/blank`);
      await eventually("'bye' on the server", () => session.messages.includes('bye'), NOTICE_MS);
      await eventually("'disconnect'", () => session.disconnectedAt !== undefined, NOTICE_MS);
    },
  },
  {
    name: 'two sockets on three pages',
    clients: ['ours'],
    async run(context) {
      const polling = { duration: SHORT_POLL_MS };
      await context.serve({
        transportOptions: { 'xhr-polling': polling, 'jsonp-polling': polling },
      });
      const peers = [];
      for (let i = 0; i < 3; i++) {
        const page = await context.page();
        peers.push(await context.socket(page, {}, 'one'), await context.socket(page, {}, 'two'));
      }
      await Promise.all(peers.map((peer) => peer.wait('connect')));
      await Promise.all(peers.map((peer, i) => converses(peer, `hello ${i}`)));
    },
  },
];
