import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Socket } from '../../client/node/index.js';
import { until } from '../support/wait.js';
import type { Example } from './example.js';

/** Orders while the network is cut, and gets each order booked once and in order. */
export async function ordersAcrossACut({ url }: Example): Promise<void> {
  const html = await (await fetch(`${url}/`)).text();
  expect(html).to.include('/socket.io/socket.io.delivery.js');
  const port = /port: (\d+)/.exec(html)?.[1];
  const socket = new Socket(`http://127.0.0.1:${port}`, { delivery: true, reconnectionDelay: 200 });
  const answers: unknown[] = [];
  const isRecovered: boolean[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (message) => answers.push(message));
  socket.on('connect', () => isRecovered.push(socket.recovered));
  socket.connect();
  await until(() => socket.connected, 'the connection');
  try {
    for (let order = 1; order <= 10; order++) {
      socket.send({ order });
      // oxlint-disable-next-line eslint/no-await-in-loop -- in the middle of the orders
      if (order === 5) await fetch(`${url}/cut`, { method: 'POST' });
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- until all are there, or the test has ended
    for (let i = 0; i < 200 && answers.length < 10; i++) await delay(100);
  } finally {
    socket.disconnect();
  }
  const orders = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  expect(answers).to.deep.equal(orders.map((n) => ({ booked: orders.slice(0, n) })));
  expect(isRecovered).to.deep.equal([false, true]);
}
