import type { Client, ListenerOptions, TransportOptions } from '../../../lib/index.js';
import { ManualClock } from '../../support/clock.js';
import type { Driver, Variant } from '../../support/drivers/index.js';
import { serve, type Served } from '../../support/server.js';
import { until } from '../../support/wait.js';

/** Timings of every session here, in milliseconds of a clock that the test moves. */
export const TIMINGS = {
  timeout: null,
  heartbeatInterval: 10_000,
  closeTimeout: 5000,
  duration: 20_000,
} as const;

/** The Timers ring this much late at most. */
export const GRAIN = 20;

export interface Fixture extends Served {
  readonly clock: ManualClock;
  readonly variant: Variant;
  /** Another client of the same kind, and the server's side of it. */
  readonly join: () => Promise<readonly [Driver, Client]>;
}

/** A server for one variant. */
export async function setUp(
  variant: Variant,
  options: ListenerOptions = {},
  timings: TransportOptions = {},
): Promise<Fixture> {
  const clock = new ManualClock();
  const { transport } = variant.create(0);
  const served = await serve({
    clock,
    transportOptions: { [transport]: { ...TIMINGS, ...timings } },
    ...options,
  });
  async function join(): Promise<readonly [Driver, Client]> {
    const driver = await variant.create(served.port).open();
    const client = await served.client(driver.sessionId);
    await opened(client);
    return [driver, client];
  }
  return { ...served, clock, variant, join };
}

/** The client can be written to. */
export function opened(client: Client): Promise<void> {
  return until(() => client._open, 'the client to be there');
}

/** The client cannot be written to. */
export function away(client: Client): Promise<void> {
  return until(() => !client._open, 'the client to be away');
}

/** Records the events of a Listener and its clients, in order. */
export function recordEvents(io: Fixture['io']): unknown[][] {
  const events: unknown[][] = [];
  io.on('clientConnect', (client) => events.push(['clientConnect', client]));
  io.on('connection', (client) => {
    events.push(['connection', client]);
    client.on('message', (message) => events.push(['message', message]));
    client.on('disconnect', (reason) => events.push(['disconnect', reason]));
  });
  io.on('clientMessage', (message, client) => events.push(['clientMessage', message, client]));
  io.on('clientDisconnect', (client, reason) => {
    events.push(['clientDisconnect', client, reason]);
  });
  return events;
}
