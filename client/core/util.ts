/** `io.util` of client 0.6. @module */
import { type EventTargetLike, root } from './platform.js';

/** What we use of a `Document` here. */
interface Page {
  readyState: string;
  documentElement: { lastChild: unknown; insertBefore(child: unknown, next: unknown): void };
}

/** Listens to a DOM event, in the old Internet Explorer's way too. */
export function listen(target: EventTargetLike, name: string, fn: () => void): void {
  if (target.addEventListener) target.addEventListener(name, fn, false);
  else if (target.attachEvent) target.attachEvent('on' + name, fn);
}

/** Puts an element into the page where it changes nothing to see, even before there is a body. */
export function place(element: unknown): void {
  const html = (root.document as Page).documentElement;
  html.insertBefore(element, html.lastChild);
}

/** Takes an element out of the page. */
export function remove(element: unknown): void {
  const node = element as { parentNode?: { removeChild(child: unknown): void } | null } | undefined;
  if (node && node.parentNode) node.parentNode.removeChild(node);
}

/** Calls `fn` once the page has loaded, at once if it has or there is none. */
export function load(fn: () => void): void {
  const page = root.document as Page | undefined;
  // "loading" and "interactive"; Firefox before 3.6 says nothing
  if (page && /ing|ive/.test(page.readyState)) listen(root, 'load', fn);
  else fn();
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
  for (let i = from || 0; i < list.length; i++) {
    if (list[i] === item) return i;
  }
  return -1;
}

export function isArray(value: unknown): value is unknown[] {
  return Object.prototype.toString.call(value) === '[object Array]';
}

/** True for a property of the object itself; pages of 2011 add to `Object.prototype`. */
export function hasOwn(object: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(object, name);
}

/** Copies the own properties of `additional` that are defined to `target`. */
export function merge(target: object, additional?: object): void {
  const from = (additional || {}) as Record<string, unknown>;
  for (const name in from) {
    if (from[name] !== undefined && hasOwn(from, name)) {
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
