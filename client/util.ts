/** `io.util` of client 0.6. @module */
import { root } from './platform.js';

interface Target {
  addEventListener?(name: string, fn: () => void, capture: boolean): void;
  attachEvent?(name: string, fn: () => void): void;
}

const toString = Object.prototype.toString;
let pageLoaded = false;

/** Listens to a DOM event, in the old Internet Explorer's way too. */
export function listen(target: unknown, name: string, fn: () => void): void {
  const it = target as Target;
  if (it.addEventListener) it.addEventListener(name, fn, false);
  else if (it.attachEvent) it.attachEvent('on' + name, fn);
}

/** Calls `fn` once the page has loaded, at once if it has. */
export function load(fn: () => void): void {
  const page = root.document as { readyState?: string } | undefined;
  if (!page || pageLoaded || /loaded|complete/.test(page.readyState || '')) return fn();
  listen(root, 'load', () => {
    pageLoaded = true;
    fn();
  });
}

/** Calls `fn` after the page's load event is over, so that it is no part of the loading. */
export function defer(fn: () => void): void {
  load(() => {
    root.setTimeout(fn, 0);
  });
}

/** Copies the methods of `superCtor` to `ctor`, as transports of 2011 extend ours. */
export function inherit(ctor: { prototype: object }, superCtor: { prototype: object }): void {
  const from = superCtor.prototype as Record<string, unknown>;
  for (const name in from) (ctor.prototype as Record<string, unknown>)[name] = from[name];
}

export function indexOf<T>(list: ArrayLike<T>, item: T, from?: number): number {
  const length = list.length;
  for (let i = from! < 0 ? Math.max(0, length + from!) : from || 0; i < length; i++) {
    if (list[i] === item) return i;
  }
  return -1;
}

export function isArray(value: unknown): value is unknown[] {
  return toString.call(value) === '[object Array]';
}

/** Copies the own properties of `additional` to `target`. */
export function merge(target: object, additional?: object): void {
  const from = (additional || {}) as Record<string, unknown>;
  for (const name in from) {
    if (Object.prototype.hasOwnProperty.call(from, name)) {
      (target as Record<string, unknown>)[name] = from[name];
    }
  }
}

let stamps = 0;

/**
 * A number that no other URL of this page has: against caches, and because Firefox starts
 * requests for one URL one after the other.
 */
export function stamp(): number {
  return +new Date() + stamps++;
}
