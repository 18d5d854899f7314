import { inspect } from 'node:util';

/** A value, abbreviated, and its type. */
function show(value: unknown): string {
  return `${inspect(value, { depth: 0, breakLength: Infinity }).slice(0, 80)} (${typeof value})`;
}

/** The error for an argument or option of the wrong type. */
export function invalidType(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`Expected \`${name}\` to be ${what}, got ${show(value)}`);
}
