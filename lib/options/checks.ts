/**
 * Checks of values that an application passes.
 *
 * @module
 */
import { invalidType } from '../util/invalid-type.js';

/** Checks the value of an option. Throws if it is invalid. */
export type Check = (value: unknown, name: string) => void;

/** The timers of Node have 31 bits. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isTexts = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.every(isText));
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with the methods of a `Clock`. */
export const isClock = (value: unknown): boolean =>
  isRecord(value) && ['now', 'setTimeout', 'clearTimeout'].every((name) => isFunction(value[name]));

/** A check by a predicate; `what` describes the valid values. */
export const valid =
  (what: string, isValid: (value: unknown) => boolean): Check =>
  (value, name) => {
    if (!isValid(value)) throw invalidType(name, what, value);
  };

/** A check of a number from `min` to `max`. */
export const number =
  (max: number, min = 0): Check =>
  (value, name) => {
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw invalidType(name, 'a number', value);
    }
    if (value < min || value > max) {
      throw new RangeError(`Expected \`${name}\` to be from ${min} to ${max}, got ${value}`);
    }
  };

/** A check of an object whose members are optional and have checks of their own. */
export const record =
  (members: Readonly<Record<string, Check>>): Check =>
  (value, name) => {
    if (!isRecord(value)) throw invalidType(name, 'an object', value);
    for (const [member, check] of Object.entries(members)) {
      if (value[member] !== undefined) check(value[member], `${name}.${member}`);
    }
  };

export const FUNCTION: Check = valid('a function', isFunction);
export const LIMIT: Check = number(Number.MAX_SAFE_INTEGER);
export const DELAY: Check = number(LONGEST_TIMEOUT_MS);
/** 0 would send heartbeats, or end polls, without a pause. */
export const INTERVAL: Check = number(LONGEST_TIMEOUT_MS, 1);
