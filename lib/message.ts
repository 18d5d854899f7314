import { JSON_TEXT } from './frames.js';

/**
 * What the text of a message means to the application: itself, or the JSON behind `~j~`.
 *
 * JSON that cannot be parsed is an empty object, as in 0.6.4 and later.
 */
export function readMessage(text: string): unknown {
  if (text.charCodeAt(0) !== 0x7e || !text.startsWith(JSON_TEXT)) return text;
  try {
    return JSON.parse(text.slice(JSON_TEXT.length)) as unknown;
  } catch {
    return {};
  }
}
