/**
 * Turns a response other than the expected one into an error.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { ClientError } from '../errors.js';

/** How much of the body is read for the sentence of the server, in UTF-16 code units. */
const MAX_BODY_LENGTH = 4096;
/** Longest sentence in an error; longer bodies are documents, not sentences. */
const MAX_SENTENCE_LENGTH = 500;
/** How long the body may take, in milliseconds. */
const BODY_TIMEOUT_MS = 1000;
/** Longest delay that a server can demand by `Retry-After`, in milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The delay in a `Retry-After` header, in milliseconds, at most one hour; undefined if the header
 * is missing or malformed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(
  value: string | undefined,
  now: number = Date.now(),
): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const delay = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), MAX_RETRY_AFTER_MS);
}

/** The sentence in the body of a refusal; undefined if the body is not one short line of text. */
function sentenceOf(response: IncomingMessage, body: string): string | undefined {
  const type = response.headers['content-type'] ?? 'text/plain';
  const text = body.trim();
  const isSentence = text !== '' && text.length <= MAX_SENTENCE_LENGTH && !/[\r\n]/.test(text);
  return isSentence && /^text\/plain\b/i.test(type) ? text : undefined;
}

function errorOf(response: IncomingMessage, body: string): ClientError {
  const statusCode = response.statusCode ?? 0;
  const sentence = sentenceOf(response, body);
  const retryAfter = parseRetryAfter(response.headers['retry-after']);
  const reason = sentence ?? response.statusMessage ?? '';
  return new ClientError(
    'ERR_SIO_REFUSED',
    `The server refused the request with status ${statusCode}${reason && `: ${reason}`}`,
    { statusCode, serverMessage: sentence, retryAfter },
  );
}

/** Reads the body of a refusal, as far as it is needed, and calls `done` once. */
export function readRefusal(response: IncomingMessage, done: (error: ClientError) => void): void {
  let body = '';
  let isDone = false;
  function finish(): void {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (!response.complete) response.destroy();
    done(errorOf(response, body));
  }
  const timer = setTimeout(finish, BODY_TIMEOUT_MS);
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
    if (body.length > MAX_BODY_LENGTH) finish();
  });
  response.on('end', finish);
  response.on('error', finish);
  response.on('close', finish);
}
