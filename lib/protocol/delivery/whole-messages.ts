import { frame } from '../frames.js';

/**
 * The texts of a payload without a last one that is cut off, which `decode` returns as it is. A
 * message that is cut off must not be counted: its sender repeats it.
 *
 * @param texts what `decode` has returned for `payload`
 */
export function wholeMessages(payload: string, texts: readonly string[]): readonly string[] {
  let at = 0;
  let last = '';
  for (let i = 0; i < texts.length; i++) {
    at += last.length;
    last = frame(texts[i]!);
  }
  return payload.substr(at, last.length) === last ? texts : texts.slice(0, -1);
}
