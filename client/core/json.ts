/**
 * `JSON` for browsers that have none (Internet Explorer 6 and 7, Firefox 3.0): a real parser, so
 * that nothing from the network is ever evaluated and a strict Content-Security-Policy is kept.
 * It takes all JSON, and a little more: any spelling of a number that JavaScript can read, and
 * line breaks in strings.
 *
 * @module
 */

import { hasOwn, isArray } from './util.js';

/** What the codec needs of `JSON`. */
export interface JsonLike {
  parse(text: string): unknown;
  stringify(value: unknown): string | undefined;
}

/** A string, a word or number, or a single character. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[-+.\w]+|\S/g;

/** `\uXXXX` for a UTF-16 code unit. */
export function escapeUnit(unit: string): string {
  return '\\u' + ('000' + unit.charCodeAt(0).toString(16)).slice(-4);
}

function unescape(_: string, unit: string): string {
  return unit.length > 1
    ? String.fromCharCode(+('0x' + unit.slice(1)))
    : '\b\f\n\r\t'.charAt('bfnrt'.indexOf(unit)) || unit;
}

function expect(isAsExpected: boolean): void {
  if (!isAsExpected) throw new Error('JSON');
}

/**
 * Parses JSON text.
 *
 * @throws {Error} If `text` is not JSON.
 */
export function parse(text: string): unknown {
  const tokens = text.match(TOKENS) || [];
  let at = 0;

  function value(isName?: boolean): unknown {
    const token = tokens[at++] || 'end'; // which is no JSON
    const isList = token === '[';
    if (/[\s\S]"$/.test(token)) return token.slice(1, -1).replace(/\\(u....|.)/g, unescape);
    expect(!isName);
    if (isList || token === '{') {
      const end = isList ? ']' : '}';
      const group = (isList ? [] : {}) as Record<string, unknown> & unknown[];
      if (tokens[at] !== end) {
        do {
          const name = isList ? group.length : (value(true) as string);
          expect(isList || tokens[at++] === ':');
          group[name] = value();
        } while (tokens[at] === ',' && at++);
      }
      expect(tokens[at++] === end);
      return group;
    }
    if (token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    expect(isFinite(+token));
    return +token;
  }

  const result = value();
  expect(at === tokens.length);
  return result;
}

/** Writes a value as JSON text; `undefined` for what JSON cannot say. */
export function stringify(value: unknown): string | undefined {
  const object = value as Record<string, unknown> | null;
  const parts: string[] = [];
  if (object && typeof object['toJSON'] === 'function') return stringify(object['toJSON'](''));
  if (typeof value === 'string') {
    // oxlint-disable-next-line eslint/no-control-regex -- JSON allows none in a string
    return '"' + value.replace(/[\x00-\x1f"\\\u2028\u2029]/g, escapeUnit) + '"';
  }
  if (value === null || /^[bn]/.test(typeof value)) {
    return isFinite(value as number) ? String(value) : 'null';
  }
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) parts.push(stringify(value[i]) || 'null');
    return '[' + parts + ']';
  }
  if (typeof value === 'object') {
    for (const key in object) {
      const text = hasOwn(object, key) && stringify(object[key]);
      if (text) parts.push(stringify(key) + ':' + text);
    }
    return '{' + parts + '}';
  }
  return undefined;
}

/** The platform's own `JSON`, or ours. */
export const Json: JsonLike = typeof JSON === 'undefined' ? { parse, stringify } : JSON;
