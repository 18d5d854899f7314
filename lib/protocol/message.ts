import { JSON_TEXT } from './frames.js';
import { nestsTooDeep } from './json-depth.js';

/**
 * The value of a message: its text, or the parsed JSON that follows `~j~`.
 *
 * JSON that cannot be parsed is an empty object, as in 0.6.4 and later; so is JSON that nests
 * deeper than 500 levels.
 */
export function readMessage(text: string): unknown {
  if (text.charCodeAt(0) !== 0x7e || !text.startsWith(JSON_TEXT)) return text;
  const json = text.slice(JSON_TEXT.length);
  if (nestsTooDeep(json)) return {};
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}
