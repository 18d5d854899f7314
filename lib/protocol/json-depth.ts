/**
 * The limit on the nesting of JSON that arrives from the network.
 *
 * From 1,000 levels or so on, what programs do with a value (`JSON.stringify`,
 * `structuredClone`, sending it to other clients) overflows the stack.
 *
 * @module
 */

/** Most levels of arrays and objects in a value from the network. */
export const MAX_JSON_DEPTH = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True if arrays and objects nest deeper than {@link MAX_JSON_DEPTH}; scans long texts only. */
export function nestsTooDeep(json: string): boolean {
  if (json.length <= 2 * MAX_JSON_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    // [ and ] differ from { and } in one bit, 0x20
    const bracket = code & ~0x20;
    if (bracket === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (bracket === 0x5d) {
      depth--;
    } else if (code === QUOTE) {
      at = endOfString(json, at);
    }
  }
  return false;
}

/** The index of the quote that ends the string begun at `start`; the text's end if none does. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return json.length;
}
