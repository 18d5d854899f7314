/** `socket.io-node connect`: a client that prints its events and sends its input. @module */
import { readFileSync } from 'node:fs';
import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import { Socket, type SocketOptions } from '../../client/node/index.js';
import { type ConnectCommand, UsageError } from './arguments.js';
import { describePacket } from './describe-packet.js';
import { ExitCode } from './exit-code.js';
import { explain } from './explain.js';
import { Recorder } from './recording/recorder.js';
import { toJson, toLine, type WireEvent } from './wire-event.js';

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`Cannot read --ca: ${(error as Error).message}`);
  }
}

function optionsOf(command: ConnectCommand): SocketOptions {
  const { transports, origin, headers, raw, reconnect, ca, insecure, protocol, handshake } =
    command;
  return {
    ...(protocol && { protocol }),
    ...(handshake === false && { handshake }),
    headers,
    raw,
    reconnect,
    ...(transports.length > 0 && { transports: [...transports] }),
    ...(origin !== undefined && { origin }),
    tls: { rejectUnauthorized: !insecure, ...(ca !== undefined && { ca: readCa(ca) }) },
  };
}

function createSocket(command: ConnectCommand): Socket {
  try {
    return new Socket(command.url, optionsOf(command));
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Prints the events of a socket, and sends the lines of the input. */
class Session {
  readonly #command: ConnectCommand;
  readonly #socket: Socket;
  readonly #isTerminal: boolean = process.stdin.isTTY && process.stdout.isTTY;
  readonly #lines: Interface;
  readonly #finish: (code: ExitCode) => void;
  readonly #recorder: Recorder | null;
  readonly #start: number = performance.now();
  /** Input without a connection, not yet printed and recorded as sent; the socket itself sends it later. */
  readonly #unsent: unknown[] = [];
  #since: number = this.#start;
  #hasInputEnded = false;
  #isLeaving = false;
  #hasFailed = false;
  #hasConnected = false;
  #leaveTimer: NodeJS.Timeout | undefined;

  constructor(command: ConnectCommand, socket: Socket, finish: (code: ExitCode) => void) {
    this.#command = command;
    this.#socket = socket;
    this.#finish = finish;
    // Created first: if this fails, the input must not be open.
    this.#recorder = this.#createRecorder();
    this.#lines = createInterface({
      input: process.stdin,
      ...(this.#isTerminal && { output: process.stdout, prompt: '> ' }),
    });
  }

  start(): void {
    const socket = this.#socket;
    if (this.#command.raw) {
      socket.config.onPayload = (direction, payload) => {
        if (payload !== '') this.#print({ event: 'payload', direction, payload });
      };
    }
    if (this.#command.protocol && !this.#command.raw) {
      socket.config.onPacket = (direction, packet) => {
        this.#print({ event: 'packet', direction, meaning: describePacket(packet), packet });
      };
    }
    this.#recorder?.observe(socket, this.#command.protocol === '0.9');
    socket.on('connecting', (transport) => {
      this.#since = performance.now();
      this.#print({ event: 'connecting', transport });
    });
    socket.on('connect', () => this.#onConnect());
    socket.on('message', (data) => this.#print({ event: 'message', data }));
    socket.on('heartbeat', (number: string) => {
      this.#print({ event: 'heartbeat', number, after: this.#lap() });
    });
    socket.on('reconnecting', (_delay, attempt) => this.#print({ event: 'reconnecting', attempt }));
    socket.on('error', (error) => {
      this.#hasFailed = true;
      this.#print({ event: 'error', ...explain(error, this.#hasConnected) });
    });
    socket.on('disconnect', () => this.#onDisconnect());
    socket.on('connect_failed', () => this.#onConnectFailed());
    socket.on('reconnect_failed', () => this.#end(ExitCode.FAILED));
    this.#lines.on('line', (line) => this.#onLine(line));
    this.#lines.on('close', () => this.#onInputEnd());
    this.#lines.on('SIGINT', () => this.#onInterrupt());
    process.once('SIGINT', () => this.#onInterrupt());
    socket.connect();
  }

  #createRecorder(): Recorder | null {
    const { record, raw } = this.#command;
    if (record === undefined) return null;
    try {
      return new Recorder(record, raw, (error) => this.#onRecordError(error));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason =
        code === 'EEXIST' ? `${record} exists; expected the name of a new file` : message;
      throw new UsageError(`Cannot write --record: ${reason}`);
    }
  }

  #onRecordError({ message }: Error): void {
    const reason = `Cannot write --record: ${message}`;
    this.#print({ event: 'error', message: reason, code: undefined });
    this.#leave(ExitCode.FAILED);
  }

  #onConnect(): void {
    this.#hasConnected = true;
    const transport = this.#socket.transport?.type ?? '';
    const { handshake } = this.#socket;
    this.#print({ event: 'connect', transport, handshake, took: Math.round(this.#lap()) });
    for (const data of this.#unsent.splice(0)) this.#onSent(data);
    this.#scheduleLeave();
  }

  #onSent(data: unknown): void {
    this.#recorder?.sent(data);
    // A terminal shows the line already, as it was typed.
    if (!this.#isTerminal) this.#print({ event: 'sent', data });
  }

  #onConnectFailed(): void {
    const message = `No Socket.IO ${this.#command.protocol ?? '0.6'} server responds at this address`;
    if (!this.#hasFailed) this.#print({ event: 'error', message, code: undefined });
    this.#end(ExitCode.FAILED);
  }

  #onDisconnect(): void {
    this.#print({ event: 'disconnect' });
    if (this.#isLeaving || !this.#command.reconnect) this.#end(ExitCode.ENDED);
  }

  #onLine(line: string): void {
    if (line === '') return this.#prompt();
    let data: unknown = line;
    try {
      if (this.#command.json) data = JSON.parse(line);
      if (!this.#sendEvent(data)) this.#socket.send(data);
    } catch (error) {
      // not JSON, or nested too deeply to be sent
      return this.#print({ event: 'error', ...explain(error) });
    }
    if (this.#socket.connected) this.#onSent(data);
    else this.#unsent.push(data);
    if (this.#isTerminal) this.#prompt();
  }

  /** With --protocol 0.9 and --json, `{"name":…,"args":[…]}` is a named event. */
  #sendEvent(data: unknown): boolean {
    if (!this.#command.protocol || typeof data !== 'object' || data === null) return false;
    const { name, args = [] } = data as { readonly name?: unknown; readonly args?: unknown };
    if (typeof name !== 'string' || !Array.isArray(args)) return false;
    this.#socket.of().events.emit(name, ...(args as unknown[]));
    return true;
  }

  #onInputEnd(): void {
    this.#hasInputEnded = true;
    if (this.#socket.connected || this.#isTerminal) this.#scheduleLeave();
  }

  #onInterrupt(): void {
    this.#leave(ExitCode.INTERRUPTED);
  }

  /** Disconnects `--wait` seconds after the end of the input. */
  #scheduleLeave(): void {
    const wait = this.#command.wait ?? (this.#isTerminal ? 0 : undefined);
    if (!this.#hasInputEnded || wait === undefined || this.#leaveTimer) return;
    this.#leaveTimer = setTimeout(() => this.#leave(ExitCode.OK), wait * 1000);
  }

  #leave(code: ExitCode): void {
    this.#isLeaving = true;
    this.#recorder?.close();
    this.#end(code);
    this.#socket.disconnect();
  }

  #end(code: ExitCode): void {
    clearTimeout(this.#leaveTimer);
    this.#finish(code);
    this.#lines.close();
    process.stdin.destroy();
  }

  /** Milliseconds since the previous call, or since the latest attempt to connect. */
  #lap(): number {
    const last = this.#since;
    this.#since = performance.now();
    return this.#since - last;
  }

  #print(event: WireEvent): void {
    if (this.#isShownAsPayload(event)) return;
    const format = this.#command.json ? toJson : toLine;
    if (this.#isTerminal) {
      clearLine(process.stdout, 0);
      cursorTo(process.stdout, 0);
    }
    process.stdout.write(`${format(event, performance.now() - this.#start)}\n`);
    this.#prompt();
  }

  /** True for messages and heartbeats if their payload or packet is printed instead. */
  #isShownAsPayload({ event }: WireEvent): boolean {
    const { raw, json, protocol } = this.#command;
    return (
      ((raw && !json) || (protocol !== undefined && !raw)) &&
      (event === 'message' || event === 'sent' || event === 'heartbeat')
    );
  }

  #prompt(): void {
    if (this.#isTerminal && this.#socket.connected) this.#lines.prompt(true);
  }
}

/** Runs until the user or the server ends the connection. */
export function connect(command: ConnectCommand): Promise<ExitCode> {
  const socket = createSocket(command);
  return new Promise((resolve) => new Session(command, socket, resolve).start());
}
