import type { Protocol1Options } from '../../options.js';
import type { SessionOptions } from '../../session/timings.js';
import type { TransportType } from '../../transports/transport-server.js';

const POLLING: ReadonlySet<string> = new Set(['xhr-polling', 'jsonp-polling']);

/**
 * The timings of a transport. Streams have heartbeats and a `closeTimeout` of 0; polling has no
 * heartbeats, but a `closeTimeout`.
 */
export function timingsOf(
  { transportName }: TransportType,
  options: Required<Protocol1Options>,
): Readonly<SessionOptions> {
  const isPolling = POLLING.has(transportName);
  return Object.freeze({
    timeout: isPolling ? null : options.heartbeatTimeout,
    heartbeatInterval: options.heartbeatInterval,
    closeTimeout: isPolling ? options.closeTimeout : 0,
    duration: options.pollingDuration,
  });
}
