/**
 * Messages of 0.6 as events of Socket.IO 4, and back.
 *
 * @module
 */
import { decode } from '../protocol/frames.js';
import { MAX_JSON_DEPTH } from '../protocol/json-depth.js';
import { readMessage } from '../protocol/message.js';

/** An event as an official client gets it. */
export interface OfficialEvent {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** An event that crosses the bridge by the option `events`, as a message. */
function namedEvent(value: unknown, names: ReadonlySet<string>): OfficialEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, args = [] } = value as { readonly name?: unknown; readonly args?: unknown };
  if (typeof name !== 'string' || !names.has(name) || !Array.isArray(args)) return null;
  return { name, args };
}

/**
 * The events for the messages of a payload. Official clients get what has been encoded, as all other
 * clients do: a number arrives as its text, an array as several messages.
 */
export function toEvents(payload: string, names: ReadonlySet<string>): OfficialEvent[] {
  return decode(payload).map((text) => {
    const value = readMessage(text, payload.length);
    return namedEvent(value, names) ?? { name: 'message', args: [value] };
  });
}

/**
 * A value of an official client as a message: it stays as it is, but what nests deeper than JSON
 * of 0.6 may is an empty object, as there.
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
