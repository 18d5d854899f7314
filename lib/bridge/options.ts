import { closestName } from '../util/closest-name.js';
import { invalidType } from '../util/invalid-type.js';
import { isReservedName } from './messages.js';

/** Options of {@link bridge}. */
export interface BridgeOptions {
  /** The namespace whose sockets are clients of the Listener. @default '/' */
  readonly namespace?: string;
  /**
   * Names of events that cross the bridge. Such an event of an official client arrives as the
   * message `{ name, args }`; a message of this shape is sent to official clients as the event. All
   * other events stay with the official server.
   *
   * @default []
   * @example bridge(listener, official, { events: ['chat', 'typing'] })
   */
  readonly events?: readonly string[];
  /**
   * The script that is served as `socket.io.js` below the resource: that of 0.6, or that of the
   * official server.
   *
   * @default '0.6'
   */
  readonly client?: '0.6' | 'official';
}

export interface ResolvedBridgeOptions {
  readonly namespace: string;
  readonly events: ReadonlySet<string>;
  readonly client: '0.6' | 'official';
}

/** Names that have a special meaning. */
const OWN_NAMES: ReadonlySet<string> = new Set(['connection', 'error', 'message']);
const NAMES = ['namespace', 'events', 'client'];

function checkEvents(events: unknown): ReadonlySet<string> {
  if (!Array.isArray(events)) throw invalidType('events', 'an array of names', events);
  events.forEach((name: unknown, i) => {
    if (typeof name !== 'string') throw invalidType(`events[${i}]`, 'a name', name);
    if (isReservedName(name) || OWN_NAMES.has(name)) {
      throw new RangeError(`Expected \`events[${i}]\` not to be a reserved name, got '${name}'`);
    }
  });
  return new Set(events as readonly string[]);
}

/**
 * The options with their defaults.
 *
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option has an invalid value.
 */
export function resolveBridgeOptions(options: BridgeOptions = {}): ResolvedBridgeOptions {
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue;
    const meant = closestName(name, NAMES);
    const hint = meant === undefined ? '' : `: did you mean \`${meant}\`?`;
    throw new TypeError(`Expected options of a bridge, got \`${name}\`${hint}`);
  }
  const { namespace = '/', events = [], client = '0.6' } = options;
  if (typeof namespace !== 'string') throw invalidType('namespace', 'a name', namespace);
  if (client !== '0.6' && client !== 'official') {
    throw new RangeError(`Expected \`client\` to be '0.6' or 'official', got '${String(client)}'`);
  }
  return { namespace, events: checkEvents(events), client };
}
