/**
 * The `~m~` framing of Socket.IO 0.6: text in, text out, no I/O.
 *
 * A payload is zero or more messages, each `~m~LENGTH~m~TEXT`, where LENGTH counts
 * UTF-16 code units. The browser client shares this file, so it is written in the subset of the
 * language that compiles to the engine of IE6.
 *
 * @module
 */

const MARK = '~m~';
/** Prefix of the text of a heartbeat. Its number follows. */
export const HEARTBEAT = '~h~';
/** Prefix of a text that is JSON. */
export const JSON_TEXT = '~j~';

/** The class of a value, such as `[object Array]`, across realms and in every engine. */
function classOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** Frames one text, with or without a prefix. */
export function frame(text: string): string {
  return MARK + text.length + MARK + text;
}

/** Compares character codes, which is two to three times as fast as comparing substrings. */
function hasMark(payload: string, at: number): boolean {
  return (
    payload.charCodeAt(at) === 0x7e &&
    payload.charCodeAt(at + 1) === 0x6d &&
    payload.charCodeAt(at + 2) === 0x7e
  );
}

function json(value: unknown): string {
  return JSON_TEXT + JSON.stringify(value);
}

/**
 * Encodes one value as the text of a message.
 *
 * Text with the prefix of a heartbeat or of JSON is sent as a JSON string, which clients of 2011
 * decode too. 0.6.18 sent it raw, and receivers misread it.
 */
export function textOf(value: unknown): string {
  const isJson =
    typeof value === 'string'
      ? value.charCodeAt(0) === 0x7e && /^~[hj]~/.test(value)
      : classOf(value) === '[object Object]';
  if (isJson) return json(value);
  // oxlint-disable-next-line typescript/no-base-to-string -- dates and functions too, as in 0.6
  return value === null || value === undefined ? '' : String(value);
}

/**
 * Encodes what `send` accepts into a payload.
 *
 * Strings, numbers and booleans are sent as their text, `null` and `undefined` as the empty text,
 * and plain objects as `~j~` and JSON. An array is several messages, one per element.
 *
 * @example encode(['hi', { n: 1 }]) // '~m~2~m~hi~m~10~m~~j~{"n":1}'
 * @see PROTOCOL.md, "Messages"
 */
export function encode(value: unknown): string {
  if (classOf(value) !== '[object Array]') return frame(textOf(value));
  const list = value as readonly unknown[];
  let payload = '';
  for (let i = 0; i < list.length; i++) payload += frame(textOf(list[i]));
  return payload;
}

/** A payload that contains the heartbeat `number`. */
export function encodeHeartbeat(number: number): string {
  return frame(HEARTBEAT + number);
}

/**
 * Splits a payload into the texts of its messages.
 *
 * A length beyond the end of the payload means the rest of it, as in 0.6.18: TornadIO and other
 * peers count bytes. Stops silently at the first part that is not a message: the messages before it
 * are returned. Never throws. Takes time linear in the length of the payload.
 *
 * @param limit most messages to return. A caller that allows `max` messages passes `max + 1` to
 *   distinguish "too many" from "as many as allowed".
 * @example decode('~m~2~m~hi~m~3~m~you') // ['hi', 'you']
 * @example decode('~m~2~m~hi~m~9~m~you') // ['hi', 'you']
 */
export function decode(payload: string, limit?: number): string[] {
  let texts: string[] | null = null;
  const end = payload.length;
  let count = 0;
  let at = 0;
  // Reading past the end of a string deoptimizes the loop for good, to a third of its speed.
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
    // `substring` stops at the end of the payload.
    const text = payload.substring(start, at);
    // Most payloads contain one message, or two, and an array that grows reserves room for seventeen.
    if (!texts) texts = [text];
    else if (count === 1) texts = [texts[0]!, text];
    else texts.push(text);
    count++;
  }
  return texts || [];
}

/**
 * The same payload, with the texts that match `unsafe` as JSON strings, which escape control
 * characters. For transports that cannot carry every character.
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
