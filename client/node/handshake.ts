/**
 * The first message of a session: an id, or a JSON object that contains one.
 *
 * @module
 */
import { JSON_TEXT } from '../../lib/protocol/frames.js';

/** The content of a first message: the parsed value if it is a JSON object, else its text. */
export function readHandshake(text: string): unknown {
  const json = text.startsWith(JSON_TEXT) ? text.slice(JSON_TEXT.length) : text;
  if (!json.startsWith('{')) return text;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return text; // not JSON: an id that happens to begin with a brace
  }
}

/** The session id in a first message: the `session_id` of a JSON object, else the text. */
export function sessionIdOf(text: string): string {
  const handshake = readHandshake(text);
  if (typeof handshake === 'string') return handshake;
  const { session_id: id } = handshake as { session_id?: unknown };
  return typeof id === 'string' && id !== '' ? id : text;
}
