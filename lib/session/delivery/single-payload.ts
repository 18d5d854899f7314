const ZERO = 0x30;
/** The length of `~m~`. */
const MARK_LENGTH = 3;

/** True if a payload is one whole message: the length in its header reaches to its end. */
export function isSingle(payload: string): boolean {
  let length = 0;
  let at = MARK_LENGTH;
  for (; at < payload.length; at++) {
    const digit = payload.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  return at + MARK_LENGTH + length === payload.length;
}
