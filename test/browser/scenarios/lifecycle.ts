import type { Context } from '../context.js';
import { eventually, NOTICE_MS, same } from '../eventually.js';
import type { Peer } from '../peer.js';
import type { Session } from '../server.js';
import { TRANSPORTS_2011, type Scenario } from './scenario.js';

/** The server ends the session in time. */
async function serverNotices(session: Session): Promise<void> {
  await eventually(
    "'disconnect' on the server",
    () => session.disconnectedAt !== undefined,
    NOTICE_MS,
  );
  same(session.client.connected, false, 'connected on the server');
}

/** The page detects the end of the connection in time. */
async function pageNotices(peer: Peer): Promise<void> {
  await peer.wait('disconnect', 1, NOTICE_MS);
  same((await peer.state()).connected, false, 'connected in the page');
}

/** A message up and one down. */
export async function converses(peer: Peer, text: string, timeoutMs?: number): Promise<void> {
  const session = await peer.session();
  const before = (await peer.log()).filter(({ event }) => event === 'message').length;
  await peer.send(text);
  await eventually(`'${text}' on the server`, () => session.messages.includes(text), timeoutMs);
  session.client.send(`${text} back`);
  const messages = await peer.messages(before + 1, timeoutMs);
  same(messages.at(-1), `${text} back`, 'the answer');
}

async function connected(context: Context): Promise<{ peer: Peer; session: Session }> {
  await context.serve();
  const peer = await context.peer({ reconnect: false });
  await converses(peer, 'hello');
  const session = await peer.session();
  // A poller may be between two polls.
  await eventually('an open connection', () => session.client._open);
  return { peer, session };
}

export const lifecycleScenarios: readonly Scenario[] = [
  {
    name: 'page disconnects',
    async run(context) {
      const { peer, session } = await connected(context);
      await peer.disconnect();
      await Promise.all([pageNotices(peer), serverNotices(session)]);
      same(Object.keys(context.server.io.clients), [], 'clients left');
      await new Promise((resolve) => setTimeout(resolve, 300));
      same((await peer.log()).filter(({ event }) => event === 'connect').length, 1, 'connects');
      same(context.server.sessions.length, 1, 'sessions');
    },
  },
  {
    name: 'server disconnects',
    breaksNetwork: true,
    async run(context) {
      const { peer, session } = await connected(context);
      session.client.disconnect();
      await Promise.all([pageNotices(peer), serverNotices(session)]);
    },
  },
  {
    name: 'server ends connection',
    breaksNetwork: true,
    async run(context) {
      const { peer, session } = await connected(context);
      session.client.connection.end();
      await Promise.all([pageNotices(peer), serverNotices(session)]);
    },
  },
  {
    name: 'server destroys connection',
    breaksNetwork: true,
    async run(context) {
      const { peer, session } = await connected(context);
      session.client.connection.destroy();
      await Promise.all([pageNotices(peer), serverNotices(session)]);
    },
  },
  {
    name: 'tab closes',
    async run(context) {
      const { peer, session } = await connected(context);
      await peer.page.close();
      await serverNotices(session);
    },
  },
  {
    name: 'page navigates away',
    // Client 0.6.3 does not use `pagehide`; Chromium keeps its page with open connections in the back/forward cache.
    clients: ['ours'],
    async run(context) {
      const { peer, session } = await connected(context);
      await peer.page.goto(`${context.server.url}/blank`);
      await serverNotices(session);
    },
  },
  {
    name: 'reopen',
    async run(context) {
      const { peer, session } = await connected(context);
      await peer.disconnect();
      await Promise.all([pageNotices(peer), serverNotices(session)]);
      await peer.connect();
      await peer.wait('connect', 2);
      await converses(peer, 'again');
    },
  },
  {
    name: 'restart',
    breaksNetwork: true,
    async run(context) {
      await context.serve();
      const peer = await context.peer({ reconnectionDelay: 200 });
      await converses(peer, 'before');
      await context.server.stop();
      await peer.wait('disconnect', 1, NOTICE_MS);
      await context.server.start();
      await peer.wait('reconnect');
      const names = (await peer.log()).map(({ event }) => event);
      const before = names.filter((_name, i) => names[i + 1] === 'reconnecting');
      same([...new Set(before)], ['connecting'], 'the event right before reconnecting');
      await converses(peer, 'after');
    },
  },
  {
    name: 'cross-origin',
    async run(context) {
      await context.serve();
      const elsewhere = await context.serve();
      // Another host and another port; `localhost` is the same machine.
      const page = await context.page(elsewhere.url.replace('127.0.0.1', 'localhost'));
      const { port } = context.server;
      const peer = await context.socket(page, { host: '127.0.0.1', port });
      await peer.wait('connect');
      await converses(peer, 'from elsewhere');
    },
  },
  {
    name: 'two sockets',
    async run(context) {
      await context.serve();
      const page = await context.page();
      const one = await context.socket(page, {}, 'one');
      const two = await context.socket(page, {}, 'two');
      await Promise.all([one.wait('connect'), two.wait('connect')]);
      await converses(one, 'from one');
      await converses(two, 'from two');
      await converses(one, 'from one again');
      await one.disconnect();
      await converses(two, 'from two alone');
    },
  },
  {
    name: 'remember',
    alone: true,
    transports: TRANSPORTS_2011,
    async run(context) {
      await context.serve();
      const first = await context.socket(await context.page(), { rememberTransport: true });
      await first.wait('connect');
      const page = await context.page();
      const options = { rememberTransport: true, transports: TRANSPORTS_2011 };
      const second = await context.socket(page, options);
      await second.wait('connect');
      same((await second.state()).type, context.cell.transport, 'remembered transport');
      await converses(second, 'remembered');
      await page.call('cookie', 'socketio=; expires=Thu, 01 Jan 1970 00:00:00 GMT');
    },
  },
];
