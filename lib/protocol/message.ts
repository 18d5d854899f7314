import { JSON_TEXT } from './frames.js';
import { nestsTooDeep } from './json-depth.js';

/** Shorter texts are not slices of their payload: V8 copies them. */
const SHORTEST_SLICE = 13;
/** A payload of this length may stay in memory with any of its texts. */
const SMALL_PAYLOAD = 1024;

/**
 * The value of a message: its text, or the parsed JSON that follows `~j~`.
 *
 * JSON that cannot be parsed is an empty object, as in 0.6.4 and later; so is JSON that nests
 * deeper than 500 levels.
 *
 * @param payloadLength length of the payload that contained the text
 */
export function readMessage(text: string, payloadLength: number = text.length): unknown {
  if (text.charCodeAt(0) !== 0x7e || !text.startsWith(JSON_TEXT)) {
    return ownCopy(text, payloadLength);
  }
  const json = text.slice(JSON_TEXT.length);
  if (nestsTooDeep(json)) return {};
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}

/**
 * A text that does not keep its payload in memory.
 *
 * V8 makes a substring a slice, which refers to the whole string. Without a copy, an application
 * that keeps a short text would keep the whole payload in memory. A text of at least half of its
 * payload stays a slice.
 */
export function ownCopy(text: string, payloadLength: number): string {
  if (payloadLength <= SMALL_PAYLOAD || text.length < SHORTEST_SLICE) return text;
  if (text.length >= payloadLength / 2) return text;
  return JSON.parse(JSON.stringify(text)) as string;
}
