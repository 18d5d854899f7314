/**
 * The format of recordings: lines of JSON. The first line is the head; each other line is an entry.
 *
 * @see docs/recordings.md
 * @module
 */
import { closestName } from '../../util/closest-name.js';

/** The name of the format, in the head. */
export const FORMAT = 'socket.io-node recording';
/** The version that is written, and the only one that is read. */
export const VERSION = 1;

/** Replaces the id of the session, which is not recorded. */
export const SESSION_ID = '[session id]';
/** Replaces another secret. */
export const REDACTED = '[redacted]';

/** Which side sent something, or ended the connection. */
export type Side = 'server' | 'client';

/** What happened, `at` milliseconds after the start of the recording. */
export type Entry = { readonly at: number } & (
  | {
      readonly type: 'connect';
      /** The object with which a feed begins; absent if the first message was a session id. */
      readonly handshake?: object;
    }
  | {
      readonly type: 'message';
      readonly from: Side;
      /** A text, or a value that was sent as JSON. */
      readonly data: unknown;
    }
  | {
      readonly type: 'event';
      readonly from: Side;
      readonly name: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'disconnect'; readonly from: Side }
);

/** A line that is not valid. The message begins with the name of the file and the number of the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

const TYPES = ['connect', 'message', 'event', 'disconnect'];
const SIDES = ['server', 'client'];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in a message, shortened. */
function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function expectField(name: string, expected: string, value: unknown): never {
  throw new Error(`Expected \`${name}\` to be ${expected}, got ${show(value)}`);
}

function readChoice(name: string, known: readonly string[], value: unknown): string {
  if (typeof value === 'string' && known.includes(value)) return value;
  const meant = typeof value === 'string' ? closestName(value, known) : undefined;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw new Error(
    `Expected \`${name}\` to be one of ${known.join(', ')}, got ${show(value)}${hint}`,
  );
}

function checkHead(head: unknown): void {
  if (!isFields(head) || head['format'] !== FORMAT) {
    throw new Error(
      `Expected the head of a recording, {"format":"${FORMAT}",…}, got ${show(head)}`,
    );
  }
  const { version } = head;
  if (version === VERSION) return;
  if (typeof version !== 'number') expectField('version', 'a number', version);
  throw new Error(
    `Version ${version} of the format is not supported; this program reads version ${VERSION}`,
  );
}

function readEntry(fields: unknown, earliest: number): Entry {
  if (!isFields(fields)) throw new Error(`Expected an object, got ${show(fields)}`);
  const { at } = fields;
  if (typeof at !== 'number' || at < 0) expectField('at', 'milliseconds, 0 or more', at);
  if (at < earliest) {
    throw new Error(`Expected \`at\` not to be before the previous line (${earliest}), got ${at}`);
  }
  const type = readChoice('type', TYPES, fields['type']);
  if (type === 'connect') {
    const { handshake } = fields;
    if (handshake === undefined) return { at, type };
    if (!isFields(handshake)) expectField('handshake', 'an object', handshake);
    return { at, type, handshake };
  }
  const from = readChoice('from', SIDES, fields['from']) as Side;
  if (type === 'disconnect') return { at, type, from };
  if (type === 'message') {
    if (!('data' in fields)) expectField('data', 'a text or a value', undefined);
    return { at, type, from, data: fields['data'] };
  }
  const { name, args = [] } = fields;
  if (typeof name !== 'string') expectField('name', 'a text', name);
  if (!Array.isArray(args)) expectField('args', 'an array', args);
  return { at, type: 'event', from, name, args: args as readonly unknown[] };
}

/** The lines of a file, without their newlines. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function parseLine(text: string, isCutOff: boolean): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const hint = isCutOff
      ? '; the recording was cut off here, delete the line to use the rest'
      : '';
    throw new Error(`Expected JSON: ${(error as Error).message}${hint}`, { cause: error });
  }
}

/**
 * Reads a recording.
 *
 * @param name the name of the file, for messages
 * @throws {RecordingError} If it is not a recording, or a line is not valid.
 */
export function parseRecording(bytes: Uint8Array, name: string): readonly Entry[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const isWhole = bytes.at(-1) === 0x0a;
  const entries: Entry[] = [];
  let number = 0;
  let read = 0;
  try {
    for (const line of linesOf(bytes)) {
      number++;
      read += line.length + 1;
      const text = decoder.decode(line);
      if (text.trim() === '' && number > 1) continue;
      const value = parseLine(text, !isWhole && read > bytes.length && number > 1);
      if (number === 1) checkHead(value);
      else entries.push(readEntry(value, entries.at(-1)?.at ?? 0));
    }
    if (number === 0) throw new Error('Expected the head of a recording, the file is empty');
  } catch (error) {
    const message = error instanceof TypeError ? 'The line is not UTF-8' : (error as Error).message;
    throw new RecordingError(`${name}:${Math.max(number, 1)}: ${message}`, { cause: error });
  }
  return entries;
}
