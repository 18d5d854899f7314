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

/** Shorter names are similar to too many. */
const SHORTEST_SIMILAR = 7;

/** The options for the events of a Listener, as the README of 2010 had them. */
export const EVENT_OPTIONS: readonly string[] = [
  'onClientConnect',
  'onClientDisconnect',
  'onClientMessage',
  'onConnection',
  'onRefused',
];

/** The option that has another name in another version. */
function optionOfOthers(name: string): string | undefined {
  return Object.hasOwn(NAMES_OF_OTHERS, name) ? NAMES_OF_OTHERS[name] : undefined;
}

/** The same for a name that is similar to one of another version. */
function similarOfOthers(name: string): string | undefined {
  const names = Object.keys(NAMES_OF_OTHERS).filter(({ length }) => length >= SHORTEST_SIMILAR);
  const similar = closestName(name, names);
  return similar && NAMES_OF_OTHERS[similar];
}

/** Names that the process has been warned about. */
const warned = new Set<string>();

/** Warns once about an unknown name that is similar to a known one. */
export function warnIfMisspelt(name: string, known: readonly string[], prefix = ''): void {
  if (known.includes(name)) return;
  const isOption = prefix === '';
  const meant =
    (isOption && optionOfOthers(name)) ||
    closestName(name, known) ||
    (isOption && similarOfOthers(name));
  const path = prefix === '' ? name : `${prefix}['${name}']`;
  if (!meant || warned.has(path)) return;
  warned.add(path);
  process.emitWarning(`Unknown option \`${path}\`: did you mean \`${meant}\`?`, {
    code: 'ERR_SIO_UNKNOWN_OPTION',
  });
}
