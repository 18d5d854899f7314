/**
 * The `~m~` framing of Socket.IO 0.6: text in, text out, no I/O.
 *
 * A payload is zero or more messages, each `~m~LENGTH~m~TEXT`, where LENGTH counts
 * UTF-16 code units. The file is written in the subset of the language that the
 * browser client can carry to IE6, because both sides share it.
 *
 * @module
 */

const MARK = '~m~';
/** Begins the text of a heartbeat; what follows is its number. */
export const HEARTBEAT = '~h~';
/** Begins a text that is JSON. */
export const JSON_TEXT = '~j~';

/** The class of a value, across realms and in every engine: `[object Array]` and the like. */
function classOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** One message, whatever its text begins with. */
export function frame(text: string): string {
  return MARK + text.length + MARK + text;
}

/** Reads codes instead of taking texts out: measured at two to three times the speed. */
function hasMark(payload: string, at: number): boolean {
  return (
    payload.charCodeAt(at) === 0x7e &&
    payload.charCodeAt(at + 1) === 0x6d &&
    payload.charCodeAt(at + 2) === 0x7e
  );
}

/** True if a receiver would take `text` for a heartbeat or for JSON. */
function looksLikeControl(text: string): boolean {
  return text.charCodeAt(0) === 0x7e && /^~[hj]~/.test(text);
}

function json(value: unknown): string {
  return JSON_TEXT + JSON.stringify(value);
}

/**
 * One value as one message.
 *
 * Text that begins like a control message travels as a JSON string, which clients of
 * 2011 decode as well; 0.6.18 sent it raw and had it misread.
 */
function encodeOne(value: unknown): string {
  if (typeof value === 'string') return frame(looksLikeControl(value) ? json(value) : value);
  if (value === null || value === undefined) return frame('');
  if (classOf(value) === '[object Object]') return frame(json(value));
  // oxlint-disable-next-line typescript/no-base-to-string -- dates and functions too, as 0.6 did
  return frame(String(value));
}

/**
 * Encodes what `send` accepts into a payload.
 *
 * Strings, numbers and booleans travel as their text, `null` and `undefined` as the empty
 * text, plain objects as `~j~` and JSON. An array is several messages, one per element.
 *
 * @example encode(['hi', { n: 1 }]) // '~m~2~m~hi~m~10~m~~j~{"n":1}'
 * @see PROTOCOL.md, section 1
 */
export function encode(value: unknown): string {
  if (classOf(value) !== '[object Array]') return encodeOne(value);
  const list = value as readonly unknown[];
  let payload = '';
  for (let i = 0; i < list.length; i++) payload += encodeOne(list[i]);
  return payload;
}

/** A payload that holds the heartbeat `number`. */
export function encodeHeartbeat(number: number): string {
  return frame(HEARTBEAT + number);
}

/**
 * Splits a payload into the texts of its messages.
 *
 * Stops silently at the first thing that is no whole message: what was taken counts, the
 * rest is dropped. Never throws; the time taken is linear in the length of the payload.
 *
 * @param limit the most messages to take; one more than that stops the scan, so that a
 *   caller who passes `max + 1` can tell "too many" from "as many as allowed".
 * @example decode('~m~2~m~hi~m~3~m~you') // ['hi', 'you']
 */
export function decode(payload: string, limit?: number): string[] {
  let texts: string[] | null = null;
  const end = payload.length;
  let count = 0;
  let at = 0;
  // Reading past the end is a slow path that engines do not come back from: a third of the speed.
  while (at < end && count !== limit && hasMark(payload, at)) {
    const digitsAt = at + 3;
    let start = digitsAt;
    let length = 0;
    let code = payload.charCodeAt(start);
    while (code >= 0x30 && code <= 0x39) {
      length = length * 10 + code - 0x30;
      code = payload.charCodeAt(++start);
    }
    if (start === digitsAt || !hasMark(payload, start)) break;
    start += 3;
    at = start + length;
    if (at > end) break;
    const text = payload.substring(start, at);
    // Most payloads hold one message; a list that is to grow has room for seventeen.
    if (texts) texts.push(text);
    else texts = [text];
    count++;
  }
  return texts || [];
}

/**
 * The same payload with the texts that match `unsafe` as JSON strings, in which control
 * characters are escaped. For transports that cannot carry every character.
 */
export function asJson(payload: string, unsafe: RegExp): string {
  const texts = decode(payload);
  let safe = '';
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    safe += frame(unsafe.test(text) ? json(text) : text);
  }
  return safe;
}
