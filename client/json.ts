/**
 * `JSON` for browsers that have none (Internet Explorer 6 and 7, Firefox 3.0): a real parser, so
 * that nothing from the network is ever evaluated and a strict Content-Security-Policy is kept.
 *
 * @module
 */

/** What the codec needs of `JSON`. */
export interface JsonLike {
  parse(text: string): unknown;
  stringify(value: unknown): string | undefined;
}

const TOKEN =
  /[[\]{},:]|"(?:[^"\\\x00-\x1f]+|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/g;
const BLANKS = /[ \t\r\n]*/g;
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** Deeper nesting is refused rather than left to overflow the stack. */
const MAX_DEPTH = 500;

const hasOwn = Object.prototype.hasOwnProperty;
const toString = Object.prototype.toString;

/** `\uXXXX` for each UTF-16 code unit of `text`. */
export function escapeUnits(text: string): string {
  let escaped = '';
  for (let i = 0; i < text.length; i++) {
    escaped += '\\u' + ('000' + text.charCodeAt(i).toString(16)).slice(-4);
  }
  return escaped;
}

function quote(text: string): string {
  return '"' + text.replace(/[\x00-\x1f"\\\u2028\u2029]/g, escapeUnits) + '"';
}

function unescape(_: string, unit: string): string {
  return unit.length > 1 ? String.fromCharCode(parseInt(unit.slice(1), 16)) : ESCAPES[unit] || unit;
}

/**
 * Parses JSON text.
 *
 * @throws {SyntaxError} If `text` is not JSON.
 */
export function parse(text: string): unknown {
  let at = 0;
  let token: string;

  function next(): string {
    BLANKS.lastIndex = at;
    TOKEN.lastIndex = at += BLANKS.exec(text)![0].length;
    const match = TOKEN.exec(text);
    token = match && match.index === at ? match[0] : '';
    at += token.length;
    return token;
  }
  function fail(): never {
    throw new SyntaxError('Unexpected ' + (token || text.charAt(at) || 'end') + ' in JSON');
  }
  /** The value that begins with the current token. */
  function value(depth: number): unknown {
    const first = token.charAt(0);
    if (depth > MAX_DEPTH) fail();
    if (first === '"') return token.slice(1, -1).replace(/\\(u.{4}|.)/g, unescape);
    if (token === '[' || token === '{') return group(depth + 1);
    if (/[-\d]/.test(first)) return +token;
    if (!/^[tfn]/.test(first)) fail();
    return token === 'null' ? null : token === 'true';
  }
  function group(depth: number): unknown {
    const isList = token === '[';
    const end = isList ? ']' : '}';
    const list: unknown[] = [];
    const record: Record<string, unknown> = {};
    if (next() !== end) {
      for (;;) {
        if (isList) list.push(value(depth));
        else {
          if (token.charAt(0) !== '"') fail();
          const key = value(depth) as string;
          if (next() !== ':') fail();
          next();
          record[key] = value(depth);
        }
        if (next() === end) break;
        if (token !== ',') fail();
        next();
      }
    }
    return isList ? list : record;
  }

  next();
  const result = value(0);
  next();
  if (token! || at < text.length) fail();
  return result;
}

/** Writes a value as JSON text; `undefined` for what JSON cannot say. */
export function stringify(value: unknown): string | undefined {
  const object = value as Record<string, unknown> | null;
  if (object && typeof object['toJSON'] === 'function') value = object['toJSON']('');
  if (value === null || value === true || value === false) return String(value);
  const type = toString.call(value);
  if (type === '[object String]') return quote(String(value));
  if (type === '[object Number]') return isFinite(value as number) ? String(value) : 'null';
  if (typeof value !== 'object') return undefined;
  const parts: string[] = [];
  if (type === '[object Array]') {
    const list = value as unknown[];
    for (let i = 0; i < list.length; i++) parts.push(stringify(list[i]) || 'null');
    return '[' + parts.join(',') + ']';
  }
  for (const key in value as object) {
    if (hasOwn.call(value, key)) {
      const text = stringify((value as Record<string, unknown>)[key]);
      if (text !== undefined) parts.push(quote(key) + ':' + text);
    }
  }
  return '{' + parts.join(',') + '}';
}

/** The platform's own `JSON`, or ours. */
export const Json: JsonLike = typeof JSON === 'undefined' ? { parse, stringify } : JSON;
