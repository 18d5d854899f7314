/**
 * What must hold for a server after anything that clients do.
 *
 * @module
 */
import { expect } from 'chai';
import { request } from './raw.js';
import { openPolling } from './requests.js';
import type { Served } from './server.js';
import { until } from './wait.js';

/** The server accepts clients, and delivers what they send. */
export async function expectAlive({ port, io }: Served): Promise<void> {
  const id = await openPolling(port);
  const message = new Promise((resolve) => io.clients[id]?.once('message', resolve));
  const { body } = await request(port, `/socket.io/xhr-polling/${id}/send`, {
    method: 'POST',
    body: 'data=~m~5~m~alive',
  });
  expect(body).to.equal('ok');
  expect(await message).to.equal('alive');
  io.clients[id]?._onDisconnect();
}

/** All sessions have ended, and no timer is set. */
export async function expectNothingLeft({ io }: Served): Promise<void> {
  await until(() => Object.keys(io.clients).length === 0, 'the sessions to end');
  await until(() => io._timers.size === 0, 'the timers to be cleared');
  expect(io._limiter.handshakes).to.equal(0);
}

/** Records the reasons of all ends, in order. */
export function recordReasons({ io }: Served): string[] {
  const reasons: string[] = [];
  io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  return reasons;
}
