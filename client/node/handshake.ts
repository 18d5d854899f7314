/**
 * The first message of a session: an id, or JSON that says more.
 *
 * @module
 */
import { JSON_TEXT } from '../../lib/protocol/frames.js';

/** What a first message says: the value of its JSON if it is an object, else its text. */
export function readHandshake(text: string): unknown {
  const json = text.startsWith(JSON_TEXT) ? text.slice(JSON_TEXT.length) : text;
  if (!json.startsWith('{')) return text;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return text; // not JSON: an id that happens to begin with a brace
  }
}

/** The id of a session by its first message: the `session_id` of JSON, else the text. */
export function sessionIdOf(text: string): string {
  const handshake = readHandshake(text);
  if (typeof handshake === 'string') return handshake;
  const { session_id: id } = handshake as { session_id?: unknown };
  return typeof id === 'string' && id !== '' ? id : text;
}
