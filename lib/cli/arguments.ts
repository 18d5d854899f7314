/** Parses the arguments of the command. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_TRANSPORTS, TRANSPORTS } from '../../client/node/options.js';

/** The output of `--help`. */
export const HELP: string = `socket.io-node: Socket.IO 0.6 on the command line

  socket.io-node connect URL [options]   connect to a server and print all events
  socket.io-node serve [options]         run the demo: a chat and a page that tests transports
  socket.io-node replay FILE [options]   serve a recording of connect --record

URL is http(s)://HOST:PORT[/RESOURCE][/TRANSPORT] or ws(s)://HOST/PATH?QUERY.

connect prints each event with the seconds since the start, and sends each line of its input:

  -t, --transport NAME    ${TRANSPORTS.join(', ')}; may be repeated (default: all, in this
                          order); hixie-76 is a WebSocket as in 2010
      --protocol VERSION  0.6 (default), or 0.9 for Socket.IO 0.7 to 0.9: prints packets in words
      --no-handshake      with --protocol 0.9: packets over a bare WebSocket at URL, no session
  -o, --origin ORIGIN     the Origin header to send
  -H, --header 'N: V'     a header to send; may be repeated
      --raw               print payloads with their framing; do not decode or encode ~j~
      --reconnect         reconnect when the connection is lost
      --wait SECONDS      how long to stay connected after the end of the input (default: 0 for a
                          terminal, no limit for a pipe)
      --ca FILE           trust the certificates in FILE
      --insecure          trust every certificate
      --record FILE       write messages, with their times, into a new file
  -j, --json              print events as lines of JSON; read each line of the input as JSON

serve and replay:

  -p, --port PORT         default 8080
      --host HOST         default 127.0.0.1; 0.0.0.0 accepts other machines

serve:

      --flash-policy      also open port 843 for the policy requests of Flash players

replay sends each client the messages of the server:

      --speed FACTOR      how much faster than recorded (default: 1)
      --fast              without pauses, as fast as the client reads
      --in-turn           wait for a message of the client where the recording has one

  -h, --help
  -v, --version

Exit codes: 0 success, 1 no connection, port in use or recording not written, 2 invalid arguments or
recording, 3 the server ended the connection, 130 interrupted.
`;

/** The arguments are invalid; the message contains the reason. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `socket.io-node connect`. */
export interface ConnectCommand {
  readonly name: 'connect';
  readonly url: string;
  readonly transports: readonly string[];
  readonly origin: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: boolean;
  readonly reconnect: boolean;
  /** Seconds. */
  readonly wait: number | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly json: boolean;
  readonly record: string | undefined;
  /** The generation of the server; 0.6 if absent. */
  readonly protocol?: '0.9';
  /** False: a WebSocket without a session. */
  readonly handshake?: false;
}

/** `socket.io-node serve`. */
export interface ServeCommand {
  readonly name: 'serve';
  readonly port: number;
  readonly host: string;
  /** Whether to open port 843. */
  readonly flashPolicy: boolean;
}

/** `socket.io-node replay`. */
export interface ReplayCommand {
  readonly name: 'replay';
  readonly file: string;
  readonly port: number;
  readonly host: string;
  /** `Infinity`: as fast as the client reads. */
  readonly speed: number;
  readonly inTurn: boolean;
}

export type Command =
  | ConnectCommand
  | ReplayCommand
  | ServeCommand
  | { readonly name: 'help' }
  | { readonly name: 'version'; readonly version: string };

/** The most that --speed may be. */
const MAX_SPEED = 1_000_000;

const OPTIONS = {
  transport: { type: 'string', short: 't', multiple: true },
  origin: { type: 'string', short: 'o' },
  header: { type: 'string', short: 'H', multiple: true },
  raw: { type: 'boolean' },
  reconnect: { type: 'boolean' },
  wait: { type: 'string' },
  ca: { type: 'string' },
  insecure: { type: 'boolean' },
  json: { type: 'boolean', short: 'j' },
  record: { type: 'string' },
  protocol: { type: 'string' },
  'no-handshake': { type: 'boolean' },
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  'flash-policy': { type: 'boolean' },
  speed: { type: 'string' },
  fast: { type: 'boolean' },
  'in-turn': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const CONNECT_ONLY = [
  'transport',
  'origin',
  'header',
  'raw',
  'reconnect',
  'wait',
  'ca',
  'insecure',
  'json',
  'record',
  'protocol',
  'no-handshake',
] as const;
const ADDRESS = ['port', 'host'] as const;
const REPLAY_ONLY = ['speed', 'fast', 'in-turn'] as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

type Values = ReturnType<typeof parse>['values'];

function rejectOptions(values: Values, names: readonly (keyof Values)[], command: string): void {
  const name = names.find((candidate) => values[candidate] !== undefined);
  if (name) throw new UsageError(`--${name} is not an option of ${command}`);
}

function parseNumber(name: string, text: string, max: number): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (number >= 0 && number <= max) return number;
  throw new UsageError(`Expected --${name} to be a number from 0 to ${max}, got '${text}'`);
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`Expected --header to be 'Name: value', got '${line}'`);
    }
    headers[name] = value;
  }
  return headers;
}

function parseConnect(values: Values, [url, ...more]: readonly string[]): ConnectCommand {
  rejectOptions(values, [...ADDRESS, ...REPLAY_ONLY, 'flash-policy'], 'connect');
  if (url === undefined) throw new UsageError('connect needs a URL');
  if (more.length > 0) throw new UsageError(`connect takes one URL, got also '${more[0]}'`);
  const transports = values.transport ?? [];
  const unknown = transports.find((name) => !ALL_TRANSPORTS.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown transport '${unknown}'; expected one of ${ALL_TRANSPORTS.join(', ')}`,
    );
  }
  const isV1 = values.protocol === '0.9';
  if (values.protocol !== undefined && values.protocol !== '0.6' && !isV1) {
    const expected = '0.6, or 0.9 for Socket.IO 0.7 to 0.9';
    throw new UsageError(`Expected --protocol to be ${expected}, got '${values.protocol}'`);
  }
  if (values['no-handshake'] && !isV1) throw new UsageError('--no-handshake needs --protocol 0.9');
  return {
    name: 'connect',
    ...(isV1 && { protocol: '0.9' as const }),
    ...(values['no-handshake'] && { handshake: false as const }),
    url: url.includes('://') ? url : `http://${url}`,
    transports,
    origin: values.origin,
    headers: parseHeaders(values.header ?? []),
    raw: values.raw ?? false,
    reconnect: values.reconnect ?? false,
    wait: values.wait === undefined ? undefined : parseNumber('wait', values.wait, 2_147_483),
    ca: values.ca,
    insecure: values.insecure ?? false,
    json: values.json ?? false,
    record: values.record,
  };
}

function parseAddress({ port = '8080', host = '127.0.0.1' }: Values): {
  readonly port: number;
  readonly host: string;
} {
  return { port: parseNumber('port', port, 65_535), host };
}

function parseSpeed({ speed = '1', fast }: Values): number {
  if (fast) return Infinity;
  const factor = speed.trim() === '' ? NaN : Number(speed);
  if (factor > 0 && factor <= MAX_SPEED) return factor;
  throw new UsageError(
    `Expected --speed to be a number above 0, at most ${MAX_SPEED}, got '${speed}'`,
  );
}

function parseReplay(values: Values, [file, ...more]: readonly string[]): ReplayCommand {
  rejectOptions(values, [...CONNECT_ONLY, 'flash-policy'], 'replay');
  if (file === undefined) throw new UsageError('replay needs the file of a recording');
  if (more.length > 0) throw new UsageError(`replay takes one file, got also '${more[0]}'`);
  if (values.fast && values.speed !== undefined) {
    throw new UsageError('Expected only one of --fast and --speed, got both');
  }
  return {
    name: 'replay',
    file,
    ...parseAddress(values),
    speed: parseSpeed(values),
    inTurn: values['in-turn'] ?? false,
  };
}

function parseServe(values: Values, [extra]: readonly string[]): ServeCommand {
  rejectOptions(values, [...CONNECT_ONLY, ...REPLAY_ONLY], 'serve');
  if (extra !== undefined) throw new UsageError(`serve takes no arguments, got '${extra}'`);
  return {
    name: 'serve',
    ...parseAddress(values),
    flashPolicy: values['flash-policy'] ?? false,
  };
}

function readVersion(): string {
  const file = join(__dirname, '..', '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Parses the arguments of the command.
 *
 * @throws {UsageError} If they are invalid.
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') return { name: 'help' };
  if (values.version) return { name: 'version', version: readVersion() };
  switch (name) {
    case 'connect':
      return parseConnect(values, rest);
    case 'serve':
      return parseServe(values, rest);
    case 'replay':
      return parseReplay(values, rest);
    case undefined:
      throw new UsageError('Missing command: connect, serve or replay');
    default:
      throw new UsageError(`Unknown command '${name}'; expected connect, serve or replay`);
  }
}
