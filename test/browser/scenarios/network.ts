import type { Context } from '../context.js';
import { eventually, NOTICE_MS, same } from '../eventually.js';
import type { Peer } from '../peer.js';
import { Verdict, type FaultyProxy, type Rule } from '../proxy.js';
import { converses } from './lifecycle.js';
import { POSTING, type Scenario } from './scenario.js';

/** Short timeouts for both sides, so that a lost connection is detected within the test. */
const QUICK = { heartbeatInterval: 500, timeout: 1500, duration: 500, closeTimeout: 8000 };
const QUICK_CLIENT = { timeout: 2000 };
/** Reconnects quickly. */
const EAGER = { reconnectionDelay: 100 };
const UNHURRIED = { reconnectionDelay: 600 };

interface Proxied {
  readonly proxy: FaultyProxy;
  readonly peer: Peer;
}

/** A peer that is connected to the server through a proxy. */
async function throughProxy(
  context: Context,
  pace: { readonly reconnectionDelay: number } = EAGER,
): Promise<Proxied> {
  const { transport } = context.cell;
  await context.serve({ transportOptions: { [transport]: QUICK } });
  const proxy = await context.proxy();
  const options = { ...pace, transportOptions: { [transport]: QUICK_CLIENT } };
  const peer = await context.peer(options, proxy.url);
  await converses(peer, 'before');
  return { proxy, peer };
}

/** The same without a connection, while the proxy refuses new ones and a message is queued. */
async function awayWithQueue(context: Context): Promise<Proxied> {
  const { proxy, peer } = await throughProxy(context);
  const session = await peer.session();
  await proxy.refuse();
  await peer.wait('disconnect', 1, NOTICE_MS);
  // A message that is sent before the server detects the cut is lost on the wire.
  await eventually('the cut on the server', () => !session.client._open);
  session.client.send('queued meanwhile');
  return { proxy, peer };
}

const isUpgrade = (head: string): boolean => /^upgrade: *websocket/im.test(head);
const ofTransport =
  (name: string): Rule =>
  (head) =>
    head.includes(`/socket.io/${name}/`) ? Verdict.Reset : Verdict.Pass;

/** The default list through a proxy that does not forward upgrades. */
async function fallsBack(context: Context, rule: Rule, limitMs: number): Promise<void> {
  await context.serve();
  const proxy = await context.proxy();
  const page = await context.page(proxy.url);
  proxy.judge(rule);
  const peer = await context.socket(page);
  await peer.wait('connect', 1, limitMs);
  await converses(peer, 'after falling back');
}

export const networkScenarios: readonly Scenario[] = [
  {
    name: 'network cut',
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context);
      await proxy.refuse();
      // A message that is sent before the page detects the cut is lost on the wire.
      await peer.wait('disconnect', 1, NOTICE_MS);
      await peer.send('sent while cut');
      await new Promise((resolve) => setTimeout(resolve, 400));
      await proxy.accept();
      await eventually("'sent while cut' on the server", () =>
        context.server.sessions.some(({ messages }) => messages.includes('sent while cut')),
      );
      await converses(peer, 'after the cut');
    },
  },
  {
    name: 'resumes its session',
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context, UNHURRIED);
      const session = await peer.session();
      proxy.cut();
      // The server must detect the cut first, so that it queues the message.
      await new Promise((resolve) => setTimeout(resolve, UNHURRIED.reconnectionDelay / 3));
      session.client.send('queued meanwhile');
      await eventually('the queued message in the page', async () =>
        (await peer.log()).some(({ args }) => args[0] === 'queued meanwhile'),
      );
      same(context.server.sessions.length, 1, 'sessions');
      same(session.disconnectedAt, undefined, 'the end of the session');
    },
  },
  {
    name: 'resumes its session after refusals',
    clients: ['ours'],
    transports: ['websocket', 'xhr-polling'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await awayWithQueue(context);
      await peer.wait('reconnecting', 3);
      await proxy.accept();
      await eventually('the queued message in the page', async () =>
        (await peer.log()).some(({ args }) => args[0] === 'queued meanwhile'),
      );
      same(context.server.sessions.length, 1, 'sessions');
      await converses(peer, 'after refusals');
    },
  },
  {
    name: 'resumes its session after refused POSTs',
    clients: ['ours'],
    transports: ['xhr-polling', 'xhr-multipart', 'htmlfile', 'server-events'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await awayWithQueue(context);
      // The response to a GET must arrive later than the failure of the POST.
      proxy.delay(50);
      let refused = 0;
      proxy.judge((head) => {
        if (!head.startsWith('POST')) return Verdict.Pass;
        refused++;
        return Verdict.Reset;
      });
      await proxy.accept();
      await eventually('refused POSTs', () => refused > 1);
      proxy.judge(() => Verdict.Pass);
      same(await peer.messages(2), ['before back', 'queued meanwhile'], 'messages');
      same(context.server.sessions.length, 1, 'sessions');
      await converses(peer, 'after refusals');
    },
  },
  {
    name: 'half-open link',
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context);
      proxy.stall();
      await peer.wait('disconnect', 1, QUICK_CLIENT.timeout + NOTICE_MS);
      proxy.cut();
      proxy.resume();
      await peer.wait('reconnect');
      await converses(peer, 'after the dead link');
    },
  },
  {
    name: 'refused, then up',
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context);
      await proxy.refuse();
      await peer.wait('reconnecting', 2);
      await proxy.accept();
      await peer.wait('reconnect');
      await converses(peer, 'after refusals');
    },
  },
  {
    name: 'sent while server is down',
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      await context.serve();
      const peer = await context.peer(EAGER);
      await converses(peer, 'before');
      await context.server.stop();
      await peer.wait('disconnect', 1, NOTICE_MS);
      await peer.send('sent while down');
      await peer.wait('reconnecting', 2);
      await peer.send('sent later');
      await context.server.start();
      await peer.wait('reconnect');
      const { messages } = await peer.session();
      await eventually('both messages', () => messages.length >= 2);
      same(messages, ['sent while down', 'sent later'], 'messages after the restart');
    },
  },
  {
    name: 'posts again after a cut POST',
    transports: POSTING,
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context);
      const session = await peer.session();
      let cut = 0;
      proxy.judge((head) => {
        if (!head.startsWith('POST')) return Verdict.Pass;
        cut++;
        return Verdict.Reset;
      });
      await peer.send('cut off');
      await eventually('a cut POST', () => cut > 0);
      // The page continues to receive for longer than browsers retry the POST.
      for (let i = 0; i < 20; i++) session.client.send(String(i));
      proxy.judge(() => Verdict.Pass);
      await peer.send('after the cut');
      await eventually("'after the cut' on the server", () =>
        context.server.sessions.some(({ messages }) => messages.includes('after the cut')),
      );
    },
  },
  {
    name: 'disconnects while posting',
    transports: POSTING,
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      const { proxy, peer } = await throughProxy(context);
      proxy.stall();
      await peer.send('held up');
      await peer.disconnect();
      proxy.resume();
      await peer.wait('disconnect', 1, NOTICE_MS);
      await peer.connect();
      await peer.wait('connect', 2);
      await converses(peer, 'posts again');
    },
  },
  {
    name: 'slow link',
    clients: ['ours'],
    async run(context) {
      await context.serve();
      const proxy = await context.proxy();
      proxy.delay(150);
      const peer = await context.peer({}, proxy.url);
      const session = await peer.session();
      for (let i = 0; i < 5; i++) session.client.send(`down ${i}`);
      await peer.page.call('sendNumbers', peer.name, 20);
      const wanted = Array.from({ length: 5 }, (_, i) => `down ${i}`);
      same(await peer.messages(5), wanted, 'messages down');
      await eventually('20 messages up', () => session.messages.length >= 20);
      same(
        session.messages,
        Array.from({ length: 20 }, (_, i) => String(i)),
        'messages up',
      );
    },
  },
  {
    name: 'falls back: upgrade reset',
    transports: ['any'],
    clients: ['ours'],
    breaksNetwork: true,
    run: (context) =>
      fallsBack(context, (head) => (isUpgrade(head) ? Verdict.Reset : Verdict.Pass), 1000),
  },
  {
    name: 'falls back: upgrade answered 502',
    transports: ['any'],
    clients: ['ours'],
    breaksNetwork: true,
    run: (context) =>
      fallsBack(context, (head) => (isUpgrade(head) ? Verdict.BadGateway : Verdict.Pass), 1000),
  },
  {
    name: 'falls back: upgrade hangs',
    alone: true,
    transports: ['any'],
    clients: ['ours'],
    breaksNetwork: true,
    // Only `connectTimeout` detects this; its default is 5 s.
    run: (context) =>
      fallsBack(context, (head) => (isUpgrade(head) ? Verdict.Hang : Verdict.Pass), 6000),
  },
  {
    name: 'remembered transport gone',
    alone: true,
    transports: ['any'],
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      await context.serve();
      const proxy = await context.proxy();
      const page = await context.page(proxy.url);
      for (const name of ['websocket', 'no-such-transport', 'toString']) {
        await page.call('cookie', `socketio=${name}`);
        proxy.judge((head) => (isUpgrade(head) ? Verdict.Reset : Verdict.Pass));
        const peer = await context.socket(page, { rememberTransport: true }, name);
        await peer.wait('connect', 1, 1500);
        await converses(peer, `without ${name}`);
      }
      await page.call('cookie', 'socketio=; expires=Thu, 01 Jan 1970 00:00:00 GMT');
    },
  },
  {
    name: 'transport gone at reconnect',
    transports: ['any'],
    clients: ['ours'],
    breaksNetwork: true,
    async run(context) {
      await context.serve();
      const proxy = await context.proxy();
      const peer = await context.peer(EAGER, proxy.url);
      const { type } = await peer.state();
      proxy.judge(ofTransport(String(type)));
      if (type === 'websocket') {
        proxy.judge((head) => (isUpgrade(head) ? Verdict.Reset : Verdict.Pass));
      }
      proxy.cut();
      await peer.wait('reconnect');
      await converses(peer, 'by another transport');
    },
  },
];
