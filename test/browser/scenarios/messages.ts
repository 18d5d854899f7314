import { block, digest } from '../blocks.js';
import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import type { Scenario } from './scenario.js';

const COUNT = 1000;
/** In UTF-16 code units; slightly more than 1 MB in UTF-8. */
const BIG = 950_000;

/** Sends values to the server and expects them back unchanged and in order. */
async function expectEcho(context: Context, values: readonly unknown[]): Promise<void> {
  await context.serve();
  context.server.echo = true;
  const peer = await context.peer();
  for (const value of values) await peer.send(value);
  same(await peer.messages(values.length), values, 'echo');
  same((await peer.session()).messages, values, 'messages on the server');
}

const numbers = Array.from({ length: COUNT }, (_, i) => String(i));

export const messageScenarios: readonly Scenario[] = [
  {
    name: 'connect',
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      const state = await peer.state();
      same(state.type, context.cell.transport, 'transport');
      same((await peer.session()).client.connected, true, 'connected on the server');
    },
  },
  {
    name: 'echo',
    run: (context) => expectEcho(context, ['hello', '', 'second one', '~m~3~m~abc']),
  },
  {
    name: '1000 up',
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await peer.page.call('sendNumbers', peer.name, COUNT);
      const { messages } = await peer.session();
      await eventually(`${COUNT} messages`, () => messages.length >= COUNT, 10_000);
      same(messages, numbers, 'messages in order');
    },
  },
  {
    name: '1000 down',
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      const { client } = await peer.session();
      for (const number of numbers) client.send(number);
      same(await peer.messages(COUNT, 10_000), numbers, 'messages in order');
    },
  },
  {
    name: 'JSON',
    run: (context) =>
      expectEcho(context, [
        { hello: 'wörld', list: [1, 'two', { three: null }], deep: { yes: true, no: false } },
        {},
        { quote: '"\\/', 'key é': '\u{1F600}', number: -1.5e300 },
      ]),
  },
  {
    name: 'odd values',
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      await peer.send([1, 'two', { three: 3 }, null]);
      await peer.send(false);
      await peer.send(-1.5);
      const session = await peer.session();
      const up = ['1', 'two', { three: 3 }, '', 'false', '-1.5'];
      await eventually('6 messages', () => session.messages.length >= up.length);
      same(session.messages, up, 'messages up');
      session.client.send([2, 'three', { four: 4 }, null]);
      session.client.send(true);
      same(await peer.messages(5), ['2', 'three', { four: 4 }, '', 'true'], 'messages down');
    },
  },
  {
    name: 'unicode',
    run: (context) =>
      expectEcho(context, [
        'grüße žluťoučký 日本語',
        'a\u{1F600}b \u{1D4B3}',
        '\u{1F468}‍\u{1F469}‍\u{1F467}',
        'نص عربي עברית',
        '\uFFFD\uFEFFé\u0301',
      ]),
  },
  {
    name: 'markup',
    run: (context) =>
      expectEcho(context, [
        '</script><script>throw 1</script>',
        '<!-- <script>',
        '\u2028 \u2029',
        '%41 100% a+b=c&data=d;"\'\\',
        ']]> <iframe src=x>',
      ]),
  },
  {
    name: 'newlines',
    run: (context) =>
      expectEcho(context, [
        'a\nb',
        'a\r\nb',
        'a\rb',
        '\n\n',
        'x\n--socketio\ny',
        'data: z\n\n',
        'end',
      ]),
  },
  {
    name: '1 MB',
    async run(context) {
      await context.serve();
      const peer = await context.peer();
      const session = await peer.session();
      session.client.send(block(BIG, 1));
      await peer.wait('message', 1, 15_000);
      same(await peer.page.call('digests', peer.name), [digest(block(BIG, 1))], 'block down');
      await peer.page.call('sendBlock', peer.name, BIG, 2);
      await eventually('the block up', () => session.messages.length > 0, 15_000);
      same(digest(String(session.messages[0])), digest(block(BIG, 2)), 'block up');
      await peer.send('after');
      await eventually('the next message', () => session.messages.length > 1);
    },
  },
  {
    name: 'queue',
    async run(context) {
      await context.serve();
      const page = await context.page();
      const peer = await context.socket(page, {}, 'a', ['first', 'second']);
      await peer.wait('connect');
      const { messages } = await peer.session();
      await eventually('2 messages', () => messages.length >= 2);
      same(messages, ['first', 'second'], 'queued messages');
    },
  },
  {
    name: 'idle pushes',
    async run(context) {
      const { transport } = context.cell;
      // Short intervals, so that polls end and heartbeats are exchanged in the idle time.
      const timings = { duration: 250, heartbeatInterval: 250, timeout: 3000, closeTimeout: 8000 };
      await context.serve({ transportOptions: { [transport]: timings } });
      const peer = await context.peer();
      const session = await peer.session();
      for (let i = 1; i <= 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 350));
        session.client.send(`push ${i}`);
        await peer.messages(i, 3000);
      }
      same(await peer.messages(3), ['push 1', 'push 2', 'push 3'], 'pushes');
      same(session.disconnectedAt, undefined, 'the end of the session');
    },
  },
  {
    name: 'broadcast',
    async run(context) {
      await context.serve();
      const one = await context.peer();
      const two = await context.peer();
      const { client } = await one.session();
      client.broadcast('from one');
      same(await two.messages(1), ['from one'], 'broadcast of a client');
      context.server.io.broadcast({ to: 'all' });
      same(await two.messages(2), ['from one', { to: 'all' }], 'broadcast to all');
      same(await one.messages(1), [{ to: 'all' }], 'broadcast without the own one');
    },
  },
];
