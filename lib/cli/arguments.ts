/** Parses the arguments of the command. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TRANSPORTS } from '../../client/node/options.js';

/** The output of `--help`. */
export const HELP: string = `socket.io-node: Socket.IO 0.6 on the command line

  socket.io-node connect URL [options]   connect to a server and print all events
  socket.io-node serve [options]         run the demo: a chat and a page that tests transports

URL is http(s)://HOST:PORT[/RESOURCE][/TRANSPORT] or ws(s)://HOST/PATH?QUERY.

connect prints each event with the seconds since the start, and sends each line of its input:

  -t, --transport NAME    ${TRANSPORTS.join(', ')}; may be repeated (default: all, in this order)
  -o, --origin ORIGIN     the Origin header to send
  -H, --header 'N: V'     a header to send; may be repeated
      --raw               print payloads with their framing; do not decode or encode ~j~
      --reconnect         reconnect when the connection is lost
      --wait SECONDS      how long to stay connected after the end of the input (default: 0 for a
                          terminal, no limit for a pipe)
      --ca FILE           trust the certificates in FILE
      --insecure          trust every certificate
  -j, --json              print events as lines of JSON; read each line of the input as JSON

serve:

  -p, --port PORT         default 8080
      --host HOST         default 127.0.0.1; 0.0.0.0 accepts other machines
      --flash-policy      also open port 843 for the policy requests of Flash players

  -h, --help
  -v, --version

Exit codes: 0 success, 1 no connection or port in use, 2 invalid arguments, 3 the server ended the
connection, 130 interrupted.
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
}

/** `socket.io-node serve`. */
export interface ServeCommand {
  readonly name: 'serve';
  readonly port: number;
  readonly host: string;
  /** Whether to open port 843. */
  readonly flashPolicy: boolean;
}

export type Command =
  | ConnectCommand
  | ServeCommand
  | { readonly name: 'help' }
  | { readonly name: 'version'; readonly version: string };

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
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  'flash-policy': { type: 'boolean' },
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
] as const;
const SERVE_ONLY = ['port', 'host', 'flash-policy'] as const;

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
  rejectOptions(values, SERVE_ONLY, 'connect');
  if (url === undefined) throw new UsageError('connect needs a URL');
  if (more.length > 0) throw new UsageError(`connect takes one URL, got also '${more[0]}'`);
  const transports = values.transport ?? [];
  const unknown = transports.find((name) => !TRANSPORTS.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown transport '${unknown}'; expected one of ${TRANSPORTS.join(', ')}`,
    );
  }
  return {
    name: 'connect',
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
  };
}

function parseServe(values: Values, [extra]: readonly string[]): ServeCommand {
  rejectOptions(values, CONNECT_ONLY, 'serve');
  if (extra !== undefined) throw new UsageError(`serve takes no arguments, got '${extra}'`);
  return {
    name: 'serve',
    port: parseNumber('port', values.port ?? '8080', 65_535),
    host: values.host ?? '127.0.0.1',
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
    case undefined:
      throw new UsageError('Missing command: connect or serve');
    default:
      throw new UsageError(`Unknown command '${name}'; expected connect or serve`);
  }
}
