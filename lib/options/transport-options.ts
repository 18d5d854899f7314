/**
 * Options of transports: which there are, and their timings.
 *
 * @module
 */
import { invalidType } from '../util/invalid-type.js';
import { DELAY, INTERVAL, isFunction, isRecord, isText, record, type Check } from './checks.js';

/** Timings of one transport, in milliseconds. Writable on a live `client.options`. */
export interface TransportOptions {
  /** How long a client may take to echo a heartbeat; `null` or 0: no heartbeats. @default 8000, polling null */
  timeout?: number | null;
  /** From the opening of a connection, or the last echo, to the next heartbeat. @default 10000 */
  heartbeatInterval?: number;
  /** How long a session without a connection waits for its client. @default 0, polling 8000 */
  closeTimeout?: number;
  /** How long a poll stays open when there is nothing to send; polling transports only. @default 20000 */
  duration?: number;
}

/** Timings of clients of 0.7 to 0.9, in milliseconds; the names are those of 0.9. */
export interface Protocol1Options {
  /** From the opening of a stream, or the last answer, to the next heartbeat. @default 25000 */
  readonly heartbeatInterval?: number;
  /** How long a client may take to answer a heartbeat. 0: no heartbeats. @default 60000 */
  readonly heartbeatTimeout?: number;
  /** How long a session waits for the next poll of its client. @default 60000 */
  readonly closeTimeout?: number;
  /** How long a poll stays open when there is nothing to send. @default 20000 */
  readonly pollingDuration?: number;
}

/** A transport in the option `transports`: the name of a built-in one, or a class of your own. */
export type TransportChoice = string | { readonly transportName: string };

export const PROTOCOL_1_DEFAULTS: Readonly<Required<Protocol1Options>> = Object.freeze({
  heartbeatInterval: 25_000,
  heartbeatTimeout: 60_000,
  closeTimeout: 60_000,
  pollingDuration: 20_000,
});
export const TIMINGS: Readonly<Record<keyof TransportOptions, Check>> = {
  timeout: (value, name) => {
    if (value !== null && value !== false) DELAY(value, name);
  },
  heartbeatInterval: INTERVAL,
  closeTimeout: DELAY,
  duration: INTERVAL,
};

export const checkTransportOptions: Check = (all, optionName) => {
  if (!isRecord(all)) throw invalidType(optionName, 'an object', all);
  for (const [transport, options] of Object.entries(all)) {
    const path = `${optionName}['${transport}']`;
    if (options === undefined || options === null) continue;
    record(TIMINGS)(options, path);
  }
};

export const PROTOCOL_1_TIMINGS: Readonly<Record<keyof Protocol1Options, Check>> = {
  heartbeatInterval: INTERVAL,
  heartbeatTimeout: DELAY,
  closeTimeout: DELAY,
  pollingDuration: INTERVAL,
};

/** A class, or an object with the members of a TransportType. */
function isTransportType(choice: unknown): choice is { readonly transportName: unknown } {
  if (typeof choice === 'function') return 'transportName' in choice;
  return isRecord(choice) && 'transportName' in choice && isFunction(choice['create']);
}

export const checkTransports: Check = (list, name) => {
  if (!Array.isArray(list)) throw invalidType(name, 'an array', list);
  list.forEach((choice: unknown, i) => {
    const named = isText(choice) || (isTransportType(choice) && isText(choice.transportName));
    if (!named) throw invalidType(`${name}[${i}]`, 'a name or a TransportType', choice);
  });
};
