/**
 * Counts the work of code on text instead of its time.
 *
 * @module
 */

/** Methods of String.prototype that can examine or copy the whole text. */
const METHODS = [
  'endsWith',
  'indexOf',
  'match',
  'matchAll',
  'replace',
  'replaceAll',
  'search',
  'split',
  'startsWith',
  'trim',
] as const;

type Method = (this: string, ...args: unknown[]) => unknown;

/**
 * Runs `code` and returns how many code units it may have examined: the length of the text for
 * every call of a method that searches or copies it, from the given position on.
 */
export function countExamined(code: () => void): number {
  const prototype = String.prototype as unknown as Record<string, Method>;
  const originals = METHODS.map((name) => [name, prototype[name]] as const);
  let examined = 0;
  for (const [name, original] of originals) {
    if (!original) throw new Error(`Unknown method ${name}`);
    prototype[name] = function (this: string, ...args: unknown[]): unknown {
      const result = original.apply(this, args);
      const from = typeof args[1] === 'number' ? args[1] : 0;
      const isHit = name === 'indexOf' && typeof result === 'number' && result >= 0;
      if (name === 'startsWith' || name === 'endsWith') examined += String(args[0]).length;
      else examined += (isHit ? result + 1 : this.length) - from;
      return result;
    };
  }
  try {
    code();
  } finally {
    for (const [name, original] of originals) prototype[name] = original!;
  }
  return examined;
}
