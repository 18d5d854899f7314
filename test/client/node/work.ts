/**
 * Counts the work of code instead of its time.
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
type Copy = (this: unknown[], ...args: unknown[]) => unknown[];

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

/** Runs `code` and returns how many array elements `concat`, `slice` and `splice` have copied. */
export function countCopied(code: () => void): number {
  const prototype = Array.prototype as unknown as Record<string, Copy>;
  const originals = (['concat', 'slice', 'splice'] as const).map(
    (name) => [name, prototype[name]!] as const,
  );
  let copied = 0;
  for (const [name, original] of originals) {
    prototype[name] = function (this: unknown[], ...args: unknown[]): unknown[] {
      const result = original.apply(this, args);
      // `splice` moves what it leaves in the array
      copied += result.length + (name === 'splice' ? this.length : 0);
      return result;
    };
  }
  try {
    code();
  } finally {
    for (const [name, original] of originals) prototype[name] = original;
  }
  return copied;
}
