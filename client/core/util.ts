/** `io.util` of client 0.6. @module */
import { type EventTargetLike, platform } from './platform.js';

/** The longest delay of a timer, 23 days. From 2^31 ms on, platforms change a delay to 1 ms. */
const MAX_DELAY_MS = 2e9;

/** The part of a `Document` that this module uses. */
interface Page {
  readyState: string;
  documentElement: { lastChild: unknown; insertBefore(child: unknown, next: unknown): void };
  createElement(name: string): { style: { display: string } };
}

/** Starts with the time, so that another page has other numbers. */
let nextNumber = +new Date();

/**
 * A number that makes a URL unique, and is larger than all before in this page, also if the clock is
 * set back: it defeats caches, Firefox runs requests for the same URL one after the other, and POSTs
 * are numbered by it.
 */
export function cacheBuster(): number {
  return nextNumber++;
}

/** Adds a listener of a DOM event; also works in Internet Explorer before 9. */
export function listen(target: EventTargetLike, name: string, fn: () => void): void {
  if (target.addEventListener) target.addEventListener(name, fn, false);
  else if (target.attachEvent) target.attachEvent('on' + name, fn);
}

/** Creates an element that is not displayed. */
export function createHidden(name: string): unknown {
  const element = (platform.document as Page).createElement(name);
  element.style.display = 'none';
  return element;
}

/** Inserts an element outside the visible page; works before the page has a body. */
export function insertHidden(element: unknown): void {
  const html = (platform.document as Page).documentElement;
  html.insertBefore(element, html.lastChild);
}

/** Removes an element from the page, if it is in it. */
export function remove(element: unknown): void {
  const node = element as { parentNode?: { removeChild(child: unknown): void } | null } | undefined;
  if (node && node.parentNode) node.parentNode.removeChild(node);
}

/** Calls `fn` when the page has loaded: immediately if it has already, or if there is no page. */
export function load(fn: () => void): void {
  const page = platform.document as Page | undefined;
  // Matches "loading" and "interactive"; Firefox before 3.6 has no readyState.
  if (page && /ing|ive/.test(page.readyState)) listen(platform, 'load', fn);
  else fn();
}

/** Calls `fn` after `delay` milliseconds, at most `MAX_DELAY_MS`. */
export function later(fn: () => void, delay: number): unknown {
  return platform.setTimeout(fn, Math.min(delay, MAX_DELAY_MS));
}

/** Calls `fn` after the page's load event, so that its requests do not extend the loading. */
export function defer(fn: () => void): void {
  load(() => {
    later(fn, 0);
  });
}

/** Copies the methods of `superCtor` to `ctor`; custom transports of 2011 extend ours this way. */
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

/** Appends an item, or the items of an array, and returns the list. An empty list is replaced. */
export function append(list: unknown[], items: unknown): unknown[] {
  const more = ([] as unknown[]).concat(items);
  if (!list.length) return more;
  for (let i = 0; i < more.length; i++) list.push(more[i]);
  return list;
}

export function isArray(value: unknown): value is unknown[] {
  return Object.prototype.toString.call(value) === '[object Array]';
}

/** True for an own property; pages of 2011 add properties to `Object.prototype`. */
export function hasOwn(object: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(object, name);
}

/** Copies the own properties of `additional` that are not undefined to `target`. */
export function merge(target: object, additional?: object): void {
  const from = (additional || {}) as Record<string, unknown>;
  for (const name in from) {
    if (from[name] !== undefined && hasOwn(from, name)) {
      (target as Record<string, unknown>)[name] = from[name];
    }
  }
}
