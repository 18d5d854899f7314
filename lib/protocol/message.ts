import { JSON_TEXT } from './frames.js';

/**
 * Values nested deeper than this are nobody's message, but an attack: from 1,000 levels or so
 * on, what programs do with a value (`JSON.stringify`, `structuredClone`, sending it to others)
 * fills the stack.
 */
const DEEPEST = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True if arrays and objects nest deeper than {@link DEEPEST}; looks at long texts only. */
function nestsTooDeep(json: string): boolean {
  if (json.length <= 2 * DEEPEST) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    // [ and ] differ from { and } in one bit, 0x20
    const bracket = code & ~0x20;
    if (bracket === 0x5b) {
      if (++depth > DEEPEST) return true;
    } else if (bracket === 0x5d) {
      depth--;
    } else if (code === QUOTE) {
      at = endOfString(json, at);
    }
  }
  return false;
}

/** Where the string that begins at `start` ends; the end of the text if it does not. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return json.length;
}

/**
 * What the text of a message means to the application: itself, or the JSON behind `~j~`.
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
