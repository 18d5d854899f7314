import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import { POSTING, type Scenario } from './scenario.js';

const ROUNDS = 5;
const MESSAGES = 10;
const QUICK = { heartbeatInterval: 500, timeout: 1500, duration: 500 };

const texts = (prefix: string): string[] =>
  Array.from({ length: ROUNDS * MESSAGES }, (_, i) => `${prefix}${i + 1}`);

/** Sends in both directions while the network breaks again and again. */
async function survivesCuts(context: Context): Promise<void> {
  const { transport } = context.cell;
  await context.serve({ transportOptions: { [transport]: QUICK } });
  const proxy = await context.proxy();
  const options = { reconnectionDelay: 100, transportOptions: { [transport]: { timeout: 2000 } } };
  const peer = await context.peer(options, proxy.url);
  const session = await peer.session();
  let number = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < MESSAGES; i++) {
      number++;
      session.client.send(`d${number}`);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
      await peer.send(`u${number}`);
      if (i === MESSAGES / 2) proxy.cut();
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
    await eventually('the messages of the page', () => session.messages.length >= number, 15_000);
  }
  same(session.messages, texts('u'), 'messages on the server');
  const received = await peer.messages(number, 15_000);
  same(received, texts('d'), 'messages in the page');
  same(context.server.sessions.length, 1, 'sessions');
  await eventually('the acknowledgement', () => session.client.unacknowledged() < 16, 15_000);
}

/** Starts over the transport of the cell, and moves to a WebSocket while both sides send. */
async function movesUnderTraffic(context: Context): Promise<void> {
  const { transport } = context.cell;
  await context.serve();
  const peer = await context.peer({ transports: ['websocket', transport] });
  const session = await peer.session();
  same(session.client.transport, transport, 'the first transport');
  let number = 0;
  const moved = (): boolean => session.client.transport === 'websocket';
  const end = Date.now() + 10_000;
  for (let rest = MESSAGES; rest > 0 && Date.now() < end;) {
    number++;
    session.client.send(`d${number}`);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
    await peer.send(`u${number}`);
    if (moved()) rest--;
  }
  same(moved(), true, 'the move');
  const sent = (prefix: string): string[] =>
    Array.from({ length: number }, (_, i) => `${prefix}${i + 1}`);
  await eventually('the messages of the page', () => session.messages.length >= number, 15_000);
  same(session.messages, sent('u'), 'messages on the server');
  same(await peer.messages(number, 15_000), sent('d'), 'messages in the page');
  same(
    (await peer.log()).filter(({ event }) => event === 'disconnect'),
    [],
    'disconnects',
  );
}

export const deliveryScenarios: readonly Scenario[] = [
  {
    name: 'delivery across cuts',
    clients: ['delivery'],
    breaksNetwork: true,
    run: survivesCuts,
  },
  {
    name: 'delivery moves to a WebSocket',
    clients: ['delivery'],
    transports: POSTING,
    run: movesUnderTraffic,
  },
];
