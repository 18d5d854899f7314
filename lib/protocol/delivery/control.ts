/**
 * The control messages of a delivering session: texts that begin with `~h~` and a letter.
 *
 * No text of an application begins with `~h~` on the wire, because both codecs send such a text as
 * JSON. A heartbeat has a digit in place of the letter. The client shares this file, so it is written
 * in the subset of the language that compiles to the engine of IE6.
 *
 * @see PROTOCOL.md, "Delivery"
 * @module
 */
import { frame, HEARTBEAT } from '../frames.js';

/** The letters of control messages. Unknown letters are ignored. */
export const ControlKind = {
  /** `~h~dKEY:WINDOW`: the session is a delivering one. */
  GRANT: 'd',
  /** `~h~aN`: the sender has received N messages; `~h~aN:M`: and its next message is M + 1. */
  ACK: 'a',
  /** `~h~r`: the receiver must acknowledge now. */
  ASK: 'r',
  /** `~h~eN:T`: the session is over; the sender has received N messages, and sent T. */
  END: 'e',
  /** `~h~x`: the server does not have the session. */
  UNKNOWN: 'x',
  /** `~h~p`: a probe works. */
  PROBE: 'p',
  /** `~h~uA`: the client moves to the probe, and has received A messages. */
  UPGRADE: 'u',
} as const;

/** A control message. */
export interface Control {
  readonly kind: string;
  /** The first number; NaN if there is none. */
  readonly n: number;
  /** The second number; NaN if there is none. */
  readonly m: number;
}

/** Numbers of up to 15 digits are safe integers. */
const MOST_DIGITS = 15;

/** Reads `text` from `start` to `end`: a number, or -1. */
function readCount(text: string, start: number, end: number): number {
  if (start === end || end - start > MOST_DIGITS) return -1;
  let count = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    count = count * 10 + digit;
  }
  return count;
}

/**
 * Reads the text of a message; returns null for anything but a control message: `~h~`, a letter, and
 * up to two numbers. A regular expression would take as long as all else that a count takes.
 */
export function readControl(text: string): Control | null {
  const kind = text.charAt(HEARTBEAT.length);
  if (text.slice(0, HEARTBEAT.length) !== HEARTBEAT || kind < 'a' || kind > 'z') return null;
  const start = HEARTBEAT.length + 1;
  if (text.length === start) return { kind, n: NaN, m: NaN };
  const colon = text.indexOf(':', start);
  const n = readCount(text, start, colon < 0 ? text.length : colon);
  const m = colon < 0 ? NaN : readCount(text, colon + 1, text.length);
  return n < 0 || m < 0 ? null : { kind, n, m };
}

/** The text of a control message. */
export function controlText(kind: string, n?: number, m?: number): string {
  return HEARTBEAT + kind + (n === undefined ? '' : n) + (m === undefined ? '' : ':' + m);
}

/** The payload of a control message. */
export function encodeControl(kind: string, n?: number, m?: number): string {
  return frame(controlText(kind, n, m));
}
