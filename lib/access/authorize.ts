/**
 * The `authorize` option: the application decides about a handshake, at once or later.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { createDebug } from '../util/debug.js';
import { warnOfHook } from './hook-warning.js';

const debug = createDebug('socket.io:authorize');

/** A rejection by the application: an HTTP status from 400 to 599, and a body. */
export interface Denial {
  /** @default 403 */
  readonly status?: number;
  /** @default 'Not authorized' */
  readonly message?: string;
}

/** `true` accepts the client; any other value rejects it. */
export type Verdict = boolean | Denial;

/** Called by an {@link Authorize} of callback style. An error rejects with 500. */
export type AuthorizeCallback = (error: unknown, verdict?: Verdict) => void;

/**
 * Decides about a handshake: by what it returns, by a Promise of it, or through its callback.
 *
 * If it throws or rejects, the client is rejected with 500, and the process emits a `warning` with
 * the error. The process continues.
 *
 * @example (request) => isKnown(request.headers.cookie)
 * @example async (request) => (await find(request)) !== null || { status: 401 }
 * @example (request, callback) => find(request, (error, user) => callback(error, user !== null))
 */
export type Authorize = (
  request: IncomingMessage,
  callback: AuthorizeCallback,
) => Verdict | Promise<Verdict> | void;

/** The outcome of a call of `authorize`. */
export type Decision =
  | { readonly isAdmitted: true }
  | { readonly isAdmitted: false; readonly status: number; readonly message: string };

const ADMITTED: Decision = Object.freeze({ isAdmitted: true });
const FAILED: Decision = Object.freeze({
  isAdmitted: false,
  status: 500,
  message: 'Authorization failed',
});
const MAX_MESSAGE_LENGTH = 1024;

function read(verdict: unknown): Decision {
  if (verdict === true) return ADMITTED;
  const { status, message } = (verdict || {}) as { status?: unknown; message?: unknown };
  const isStatus = Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
  return {
    isAdmitted: false,
    status: isStatus ? Number(status) : 403,
    message: typeof message === 'string' ? message.slice(0, MAX_MESSAGE_LENGTH) : 'Not authorized',
  };
}

/**
 * Calls `authorize`, which returns a verdict, a Promise or calls back. Calls `decide` at most once.
 */
export function callAuthorize(
  authorize: Authorize,
  request: IncomingMessage,
  decide: (decision: Decision) => void,
): void {
  let isDecided = false;
  const settle = (decision: Decision): void => {
    if (isDecided) return;
    isDecided = true;
    decide(decision);
  };
  const fail = (error: unknown): void => {
    settle(FAILED);
    warnOfHook('authorize', 'ERR_SIO_AUTHORIZE_FAILED', error);
  };
  // The getters of a verdict may throw.
  const settleBy = (verdict: unknown): void => {
    let decision: Decision;
    try {
      decision = read(verdict);
    } catch (error) {
      fail(error);
      return;
    }
    settle(decision);
  };
  const callback: AuthorizeCallback = (error, verdict) => {
    if (!error) {
      settleBy(verdict);
      return;
    }
    debug('rejected by an error in the callback');
    settle(FAILED);
  };
  try {
    const answer = authorize(request, callback);
    if (isThenable(answer)) answer.then(settleBy, fail);
    else if (answer !== undefined || authorize.length < 2) settleBy(answer);
  } catch (error) {
    fail(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<Verdict> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
