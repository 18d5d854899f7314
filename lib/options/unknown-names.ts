/**
 * Warnings about options that do not exist.
 *
 * @module
 */
import { closestName } from '../util/closest-name.js';

/** Names that other versions of Socket.IO have for an option of ours. */
const NAMES_OF_OTHERS: Readonly<Record<string, string>> = {
  allowRequest: 'authorize',
  authorization: 'authorize',
  cors: 'origins',
  maxHttpBufferSize: 'maxPayload',
  path: 'resource',
  pingInterval: 'transportOptions[TRANSPORT].heartbeatInterval',
  pingTimeout: 'transportOptions[TRANSPORT].timeout',
  'heartbeat interval': 'protocol1.heartbeatInterval',
  'heartbeat timeout': 'protocol1.heartbeatTimeout',
  'close timeout': 'protocol1.closeTimeout',
  'polling duration': 'protocol1.pollingDuration',
  timeout: 'transportOptions[TRANSPORT].timeout',
  heartbeatInterval: 'transportOptions[TRANSPORT].heartbeatInterval',
  closeTimeout: 'transportOptions[TRANSPORT].closeTimeout',
  duration: 'transportOptions[TRANSPORT].duration',
};

/** Names that the process has been warned about. */
const warned = new Set<string>();

/** Warns once about an unknown name that is similar to a known one. */
export function warnIfMisspelt(name: string, known: readonly string[], prefix = ''): void {
  if (known.includes(name)) return;
  const meant = (prefix === '' && NAMES_OF_OTHERS[name]) || closestName(name, known);
  const path = prefix === '' ? name : `${prefix}['${name}']`;
  if (!meant || warned.has(path)) return;
  warned.add(path);
  process.emitWarning(`Unknown option \`${path}\`: did you mean \`${meant}\`?`, {
    code: 'ERR_SIO_UNKNOWN_OPTION',
  });
}
