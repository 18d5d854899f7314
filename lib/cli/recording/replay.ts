/** `socket.io-node replay FILE`: serves a recording. @module */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { listen } from '../../index.js';
import { decode, frame, HEARTBEAT } from '../../protocol/frames.js';
import { UsageError, type ReplayCommand } from '../arguments.js';
import { ExitCode } from '../exit-code.js';
import { sendHeartbeats, toClient, toFeed } from './outlets.js';
import { Player, type Outlet } from './player.js';
import { parseRecording, RecordingError, SESSION_ID, type Entry } from './recording.js';

const TRANSPORTS = [
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'server-events',
  'xhr-polling',
  'jsonp-polling',
];

function readEntries(file: string): readonly Entry[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`Cannot read the recording: ${(error as Error).message}`);
  }
  try {
    return parseRecording(bytes, file);
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(error.message);
    throw error;
  }
}

/** The object with which a feed begins, if the recording is of one. */
function handshakeIn(entries: readonly Entry[]): object | undefined {
  const first = entries.find(({ type }) => type === 'connect');
  return first?.type === 'connect' ? first.handshake : undefined;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

class Replay {
  readonly #command: ReplayCommand;
  readonly #entries: readonly Entry[];
  #clients = 0;

  constructor(command: ReplayCommand, entries: readonly Entry[]) {
    this.#command = command;
    this.#entries = entries;
  }

  /** Serves the recording with a Listener: each client gets it from its beginning. */
  serveSessions(server: Server): void {
    const listener = listen(server, {
      transports: TRANSPORTS,
      flashPolicyServer: false,
      log: false,
    });
    listener.on('connection', (client) => {
      const player = this.#createPlayer(toClient(client), client.transport);
      client.on('message', () => player.onClientMessage());
      // In 0.6, an event is a message.
      if (client.protocol !== '0.6') client.events.onAny(() => player.onClientMessage());
      client.on('disconnect', () => player.stop());
      // The session id, or `1::`, is sent first.
      setImmediate(() => player.start());
    });
  }

  /** Serves the recording of a feed: its clients connect to any path. */
  serveFeed(server: Server, handshake: object): void {
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on('connection', (socket) => {
      const sessionId = randomUUID();
      const player = this.#createPlayer(toFeed(socket, sessionId), 'websocket');
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        const texts = decode(data.toString());
        for (const text of texts) if (!text.startsWith(HEARTBEAT)) player.onClientMessage();
      });
      const stopHeartbeats = sendHeartbeats((payload) => socket.send(payload));
      socket.on('close', () => {
        stopHeartbeats();
        player.stop();
      });
      socket.send(frame(JSON.stringify(handshake).replaceAll(SESSION_ID, sessionId)));
      player.start();
    });
  }

  #createPlayer(outlet: Outlet, transport: string): Player {
    const { speed, inTurn } = this.#command;
    const number = ++this.#clients;
    print(`client ${number}: connected with ${transport}`);
    return new Player(this.#entries, { speed, isInTurn: inTurn }, outlet, () => {
      print(`client ${number}: the recording has ended`);
    });
  }
}

function describe(entries: readonly Entry[]): string {
  const count = entries.filter(
    (entry) => entry.type !== 'connect' && entry.type !== 'disconnect' && entry.from === 'server',
  ).length;
  const seconds = ((entries.at(-1)?.at ?? 0) / 1000).toFixed(1);
  return `${count} ${count === 1 ? 'message' : 'messages'} of ${seconds} s`;
}

/**
 * Serves a recording until the process is interrupted.
 *
 * @throws {UsageError} If the file is not a recording.
 */
export function replay(command: ReplayCommand): Promise<ExitCode> {
  const { file, port, host } = command;
  const entries = readEntries(file);
  const handshake = handshakeIn(entries);
  const server = createServer((_request, response) => {
    response
      .writeHead(404, { 'Content-Type': 'text/plain' })
      .end('This server plays a recording\n');
  });
  const player = new Replay(command, entries);
  if (handshake) player.serveFeed(server, handshake);
  else player.serveSessions(server);
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; try --port' : error.message;
      process.stderr.write(`Cannot listen on ${host}:${port}: ${reason}\n`);
      resolve(ExitCode.FAILED);
    });
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      const url = handshake ? `ws://localhost:${actual}/` : `http://localhost:${actual}`;
      print(`${file}: ${describe(entries)}, at ${url}`);
    });
  });
}
