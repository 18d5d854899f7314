import type { Page } from '../browsers/browser.js';
import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import type { TestServer } from '../server.js';
import type { Scenario } from './scenario.js';

const SCRIPT = require.resolve('socket.io-client-0.9.17/dist/socket.io.js');
const SPECIAL = 'grüße € 日本 \u{1F600} "\\/ </script>\u2028 end';

/** Opens a socket of the official client, which records its events in `said`. */
function open(page: Page, transport: string): Promise<unknown> {
  return page.evaluate(`(function () {
    window.said = [];
    io.transports = ['${transport}'];
    var socket = (window.socket = io.connect('', { 'reconnection delay': 200 }));
    ['connect', 'disconnect', 'reconnect', 'message', 'error'].forEach(function (name) {
      socket.on(name, function (value) {
        said.push(name === 'message' ? [name, value] : [name]);
      });
    });
    socket.on('ask', function (value, answer) {
      answer({ answered: value });
    });
  })()`);
}

/** Returns the recorded events of the page, and clears the record. */
async function says(page: Page, ...wanted: readonly (readonly unknown[])[]): Promise<void> {
  const read = (): Promise<unknown[]> => page.evaluate('said.slice()');
  const what = `${JSON.stringify(wanted.at(-1))} in the page`;
  await eventually(what, async () => (await read()).length >= wanted.length);
  same(await page.evaluate(`said.splice(0, ${wanted.length})`), wanted, 'what the page has seen');
}

async function serveOfficial(context: Context): Promise<TestServer> {
  const server = await context.serve({ clientScript: SCRIPT });
  server.echo = true;
  server.onSession = ({ client }) => {
    client.join('room');
    client.events.on('add', (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
  };
  return server;
}

async function converses(page: Page, server: TestServer): Promise<void> {
  await page.evaluate(`void socket.send(${JSON.stringify(SPECIAL)})`);
  await says(page, ['message', SPECIAL]);
  await page.evaluate(`void socket.json.send({ list: [1, null] })`);
  await says(page, ['message', { list: [1, null] }]);
  await page.evaluate(`void socket.emit('add', 2, 3, function (sum) { said.push(['sum', sum]); })`);
  await says(page, ['sum', 5]);
  const client = server.sessions.at(-1)?.client;
  const answer = new Promise((resolve) =>
    client?.events.emit('ask', [1], (value: unknown) => resolve(value)),
  );
  same(await answer, { answered: [1] }, 'the answer of the page');
  server.io.to('room').send('for the room');
  await says(page, ['message', 'for the room']);
}

export const officialScenarios: readonly Scenario[] = [
  {
    name: 'official client of 0.9',
    clients: ['ours'],
    transports: ['websocket', 'xhr-polling', 'jsonp-polling'],
    breaksNetwork: true,
    async run(context) {
      const server = await serveOfficial(context);
      const { transport } = context.cell;
      server.io.of('/chat').on('connection', ({ events }) => {
        events.on('say', (text: string, answer: (length: number) => void) => answer(text.length));
      });
      const page = await context.window(`${server.url}/official`);
      await open(page, transport);
      await says(page, ['connect']);
      same(server.sessions[0]?.client.transport, transport, 'the transport');
      same(server.sessions[0]?.client.protocol, '0.9', 'the protocol');
      await converses(page, server);
      await page.evaluate(`void io.connect('/chat').emit('say', 'four', function (length) {
        said.push(['length', length]);
      })`);
      await says(page, ['length', 4]);
      // a restart: the client makes a new handshake
      await server.stop();
      await says(page, ['disconnect']);
      await server.start();
      await eventually('a new session', () => server.sessions.length === 2);
      await says(page, ['reconnect'], ['connect']);
      await converses(page, server);
      await page.evaluate('void socket.disconnect()');
      await says(page, ['disconnect']);
      await eventually(
        'the end of the session',
        () => server.sessions[1]?.disconnectedAt !== undefined,
      );
    },
  },
];
