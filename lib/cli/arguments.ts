/** What the command was asked to do. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TRANSPORTS } from '../../client/node/options.js';

/** What `--help` prints. */
export const HELP: string = `socket.io-node: Socket.IO 0.6 on the command line

  socket.io-node connect URL [options]   talk to a server, and watch the wire
  socket.io-node serve [options]         run the demo: a chat, and the transport doctor

URL is http(s)://HOST:PORT[/RESOURCE][/TRANSPORT] or ws(s)://HOST/PATH?QUERY.

connect prints what passes, with the seconds since its start, and sends each line typed:

  -t, --transport NAME    ${TRANSPORTS.join(', ')}; may be repeated (default: each in turn)
  -o, --origin ORIGIN     the Origin to send
  -H, --header 'N: V'     a header to send; may be repeated
      --raw               leave text as it is: ~j~ is neither read nor written
      --reconnect         come back when the connection is lost
      --wait SECONDS      how long to stay when the input ends (default: a terminal's end ends
                          all, that of a pipe nothing)
      --ca FILE           trust the certificates in FILE
      --insecure          trust every certificate
  -j, --json              one JSON object per line, out and in: a line is a value to send

serve:

  -p, --port PORT         default 8080
      --host HOST         default 127.0.0.1; 0.0.0.0 lets other machines in

  -h, --help
  -v, --version

Exit codes: 0 all done, 1 no connection or port taken, 2 wrong arguments, 3 the server has ended
the connection, 130 interrupted.
`;

/** The arguments make no sense; the message says why. */
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
const SERVE_ONLY = ['port', 'host'] as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

type Values = ReturnType<typeof parse>['values'];

function refuse(values: Values, names: readonly (keyof Values)[], command: string): void {
  const name = names.find((candidate) => values[candidate] !== undefined);
  if (name) throw new UsageError(`--${name} is no option of ${command}`);
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
  refuse(values, SERVE_ONLY, 'connect');
  if (url === undefined) throw new UsageError('connect needs a URL');
  if (more.length > 0) throw new UsageError(`connect takes one URL; '${more[0]}' is too much`);
  const transports = values.transport ?? [];
  const unknown = transports.find((name) => !TRANSPORTS.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`No transport '${unknown}' here; there are ${TRANSPORTS.join(', ')}`);
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
  refuse(values, CONNECT_ONLY, 'serve');
  if (extra !== undefined) throw new UsageError(`serve takes no '${extra}'`);
  return {
    name: 'serve',
    port: parseNumber('port', values.port ?? '8080', 65_535),
    host: values.host ?? '127.0.0.1',
  };
}

function readVersion(): string {
  const file = join(__dirname, '..', '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Reads the arguments of the command.
 *
 * @throws {UsageError} If they make no sense.
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
      throw new UsageError('What shall it be: connect or serve?');
    default:
      throw new UsageError(`No command '${name}'; there are connect and serve`);
  }
}
