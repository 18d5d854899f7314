import type { DisconnectReason } from '../session/state.js';

const REASONS: Readonly<Record<string, DisconnectReason>> = {
  'client namespace disconnect': 'client close',
  'server namespace disconnect': 'server disconnect',
  'ping timeout': 'heartbeat timeout',
  'parse error': 'protocol error',
  'server shutting down': 'server close',
  'forced server close': 'server close',
};

/** After these reasons, a socket can recover its connection. */
const RECOVERABLE: ReadonlySet<string> = new Set([
  'transport error',
  'transport close',
  'forced close',
  'ping timeout',
  'forced server close',
]);

/** The reason of 0.6 for a reason of the official server. */
export function toReason(official: string): DisconnectReason {
  return REASONS[official] ?? 'transport close';
}

/** True if the official server may recover the socket. One that shuts down does not. */
export function isRecoverable(official: string): boolean {
  return RECOVERABLE.has(official);
}
