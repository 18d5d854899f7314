import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import type { Scenario } from './scenario.js';

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

export const deliveryScenarios: readonly Scenario[] = [
  {
    name: 'delivery across cuts',
    clients: ['delivery'],
    breaksNetwork: true,
    run: survivesCuts,
  },
];
