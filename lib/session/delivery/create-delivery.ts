import type { Host } from '../connection.js';
import { STREAMING_DEFAULTS, type SessionOptions } from '../timings.js';
import type { DeliveryService } from './delivery-service.js';

/** How long a session is kept without a connection, by default, in milliseconds. */
const DEFAULT_WINDOW_MS = 120_000;

// Loaded for Listeners with the option only, and crypto with it.
const load = (): typeof import('./delivery-service.js') =>
  require('./delivery-service.js') as typeof import('./delivery-service.js');

/**
 * Creates the factory of delivering sessions of a Listener; null if its option `delivery` is off.
 *
 * @param timingsOf returns the timings of a transport of the Listener
 */
export function createDelivery(
  host: Host,
  timingsOf: (transport: string) => Readonly<SessionOptions> | undefined,
): DeliveryService | null {
  const { delivery } = host.options;
  if (delivery === false) return null;
  const { window = DEFAULT_WINDOW_MS } = delivery === true ? {} : delivery;
  return new (load().DeliveryService)(host, {
    window,
    timingsOf: ({ transportName }) => timingsOf(transportName) ?? STREAMING_DEFAULTS,
  });
}
