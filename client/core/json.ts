/**
 * `JSON` for browsers without it (Internet Explorer 6 and 7, Firefox 3.0). It is a real parser:
 * nothing from the network is ever evaluated, so it works under a strict Content-Security-Policy.
 * It accepts all JSON and slightly more: every number literal that JavaScript can read, and line
 * breaks in strings.
 *
 * @module
 */

import { hasOwn, isArray } from './util.js';

/** The part of `JSON` that the codec uses. */
export interface JsonLike {
  parse(text: string): unknown;
  stringify(value: unknown): string | undefined;
}

/** Matches a string, a word or number, or a single character. */
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
    const token = tokens[at++] || 'end'; // not a JSON value, so it is rejected below
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
    expect(isFinite(token as unknown as number));
    return +token;
  }

  const result = value();
  expect(at === tokens.length);
  return result;
}

/** Serializes a value as JSON text; returns `undefined` for values that JSON cannot represent. */
export function stringify(value: unknown): string | undefined {
  const object = value as Record<string, unknown> | null;
  const parts: string[] = [];
  if (object && typeof object['toJSON'] === 'function') return stringify(object['toJSON'](''));
  if (typeof value === 'string') {
    // oxlint-disable-next-line eslint/no-control-regex -- JSON strings must not contain them
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

/** The platform's `JSON`, or the implementation in this file. */
export const Json: JsonLike = typeof JSON === 'undefined' ? { parse, stringify } : JSON;
