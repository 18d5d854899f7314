/**
 * Messages of 0.6 as events of Socket.IO 4, and back.
 *
 * @module
 */
import { decode } from '../protocol/frames.js';
import { MAX_JSON_DEPTH } from '../protocol/json-depth.js';
import { readMessage } from '../protocol/message.js';
import type { SharedPayload } from '../session/shared-payload.js';

/** An event as an official client gets it. */
export interface OfficialEvent {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Names that the official server does not let a program emit. */
const RESERVED: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** True if the official server has events of its own by this name. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name);
}

/** A message that has the shape of a named event, if `isNamed` is true for its name. */
function namedEvent(value: unknown, isNamed: (name: string) => boolean): OfficialEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, args = [] } = value as { readonly name?: unknown; readonly args?: unknown };
  if (typeof name !== 'string' || !isNamed(name) || !Array.isArray(args)) return null;
  return { name, args };
}

/**
 * The events for the messages of a payload. Official clients get what has been encoded, as all other
 * clients do: a number arrives as its text, an array as several messages.
 *
 * @param crossing the events that cross the bridge as messages; a payload that is a named event is one
 */
export function toEvents(
  { payload, isEvent }: SharedPayload,
  crossing: ReadonlySet<string>,
): OfficialEvent[] {
  const isNamed = (name: string): boolean => (isEvent ? !RESERVED.has(name) : crossing.has(name));
  return decode(payload).map((text) => {
    const value = readMessage(text, payload.length);
    return namedEvent(value, isNamed) ?? { name: 'message', args: [value] };
  });
}

/**
 * The message for a value of an official client. The value is not changed, unless it nests deeper
 * than JSON of 0.6 may: then it is replaced by an empty object, as in 0.6.
 */
export function toMessage(value: unknown): unknown {
  return nestsTooDeep(value) ? {} : value;
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

/** True if arrays and objects nest deeper than {@link MAX_JSON_DEPTH}. Does not recurse. */
function nestsTooDeep(value: unknown): boolean {
  let level = [value].filter(isNode);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_JSON_DEPTH) return true;
    level = level.flatMap((node) => Object.values(node).filter(isNode));
  }
  return false;
}
