/**
 * Tags of session ids: with the option `busOptions.address`, the last digits of a session id name the
 * process that has the session. Digits, because ids of 0.6 are digits.
 *
 * @module
 */

/** The most digits of a number of 64 bits. */
const DIGITS = 20;
const TAGGED = /^.+?(\d{20})$/;
const HEX_DIGITS = 16;

/** The tag of a process. @param node its id, 16 hexadecimal digits */
export function tagOf(node: string): string {
  return BigInt(`0x${node}`).toString().padStart(DIGITS, '0');
}

/** The process that a session id names; null if it has no tag. */
export function nodeOf(sessionId: string): string | null {
  const tag = sessionId.length > DIGITS ? TAGGED.exec(sessionId)?.[1] : undefined;
  if (tag === undefined) return null;
  const node = BigInt(tag).toString(16).padStart(HEX_DIGITS, '0');
  return node.length === HEX_DIGITS ? node : null;
}
