/**
 * JSON text of values of any depth.
 *
 * @module
 */

/** An array or object whose elements are being written. */
interface Level {
  readonly value: Readonly<Record<string, unknown>>;
  /** The names of the elements; null for an array. */
  readonly names: readonly string[] | null;
  readonly length: number;
  next: number;
}

function levelOf(value: object): Level {
  const names = Array.isArray(value) ? null : Object.keys(value);
  const length = names ? names.length : (value as unknown[]).length;
  return { value: value as Level['value'], names, length, next: 0 };
}

/** Writes a value of `JSON.parse` without recursion, in time in proportion to the text. */
function stringifyDeep(root: unknown): string {
  const parts: string[] = [];
  const levels: Level[] = [];
  let value = root;
  for (;;) {
    if (typeof value === 'object' && value !== null) {
      levels.push(levelOf(value));
      parts.push(Array.isArray(value) ? '[' : '{');
    } else {
      parts.push(JSON.stringify(value) ?? 'null');
    }
    let level = levels.at(-1);
    while (level && level.next === level.length) {
      parts.push(level.names ? '}' : ']');
      levels.pop();
      level = levels.at(-1);
    }
    if (!level) return parts.join('');
    if (level.next > 0) parts.push(',');
    const name = level.names ? level.names[level.next]! : String(level.next);
    if (level.names) parts.push(JSON.stringify(name), ':');
    level.next++;
    value = level.value[name];
  }
}

/**
 * The JSON text of a value of `JSON.parse`, or of an object that contains one.
 *
 * `JSON.stringify` is recursive and throws a RangeError for values that are nested a few thousand
 * levels deep, which a server can send.
 */
export function toJsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return stringifyDeep(value);
  }
}
