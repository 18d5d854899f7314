/**
 * The `authorize` option: the application decides about a handshake, now or later.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { createDebug } from '../util/debug.js';
import { printable } from '../util/log.js';

const debug = createDebug('socket.io:authorize');

/** A refusal in the application's own words: an HTTP status from 400 to 599, and a body. */
export interface Denial {
  /** @default 403 */
  readonly status?: number;
  /** @default 'Not authorized' */
  readonly message?: string;
}

/** `true` lets the client in; everything else does not. */
export type Verdict = boolean | Denial;

/** Called by an {@link Authorize} of callback style. An error refuses with 500. */
export type AuthorizeCallback = (error: unknown, verdict?: Verdict) => void;

/**
 * Decides about a handshake: by what it returns, by a Promise of it, or through its callback.
 *
 * If it throws or rejects, the client is refused with 500, and the error is a warning of the
 * process: on standard error, and an event `warning`. The process goes on.
 *
 * @example (request) => isKnown(request.headers.cookie)
 * @example async (request) => (await find(request)) !== null || { status: 401 }
 * @example (request, callback) => find(request, (error, user) => callback(error, user !== null))
 */
export type Authorize = (
  request: IncomingMessage,
  callback: AuthorizeCallback,
) => Verdict | Promise<Verdict> | void;

/** What came of asking. */
export type Decision =
  | { readonly isAdmitted: true }
  | { readonly isAdmitted: false; readonly status: number; readonly message: string };

const ADMITTED: Decision = Object.freeze({ isAdmitted: true });
const FAILED: Decision = Object.freeze({
  isAdmitted: false,
  status: 500,
  message: 'Authorization failed',
});
const LONGEST_MESSAGE = 1024;

function read(verdict: unknown): Decision {
  if (verdict === true) return ADMITTED;
  const { status, message } = (verdict || {}) as { status?: unknown; message?: unknown };
  const isStatus = Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
  return {
    isAdmitted: false,
    status: isStatus ? Number(status) : 403,
    message: typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : 'Not authorized',
  };
}

/**
 * Tells the developer what the hook threw, on standard error and whatever `log` is. It does not
 * surface: what a stranger put into a cookie would end the process.
 */
function warn(error: unknown): void {
  const { code, stack } = (error ?? {}) as { code?: unknown; stack?: unknown };
  const ofCode = typeof code === 'string' ? ` (${printable(code)})` : '';
  const places = typeof stack === 'string' ? stack.split('\n').filter(isPlace) : [];
  process.emitWarning(`\`authorize\` failed: ${printable(textOf(error))}${ofCode}`, {
    code: 'ERR_SIO_AUTHORIZE_FAILED',
    detail: places.join('\n'),
  });
}

/** The message may have lines too, and a stranger's text in them. */
const isPlace = (line: string): boolean => /^ {4}at \P{C}+$/u.test(line);

/** Also of what is no error: `String` would throw for an object without a prototype. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, { depth: 0 });
}

/** Asks in whichever style `authorize` is written. `decide` is called once. */
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
    warn(error);
  };
  const callback: AuthorizeCallback = (error, verdict) => {
    if (error) debug('refused by an error: %s', error);
    settle(error ? FAILED : read(verdict));
  };
  try {
    const answer = authorize(request, callback);
    if (answer instanceof Promise || isThenable(answer)) {
      answer.then((verdict) => settle(read(verdict)), fail);
    } else if (answer !== undefined || authorize.length < 2) {
      settle(read(answer));
    }
  } catch (error) {
    fail(error);
  }
}

function isThenable(value: unknown): value is Promise<Verdict> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
