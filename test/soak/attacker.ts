/**
 * Connections that break where attacks have broken them: beside the clients of a soak, they must
 * neither end the process, nor leave anything, nor lose a message of a client.
 *
 * They connect to the server itself: the proxy would turn their resets into others.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { mark } from './links.js';
import type { Random } from './random.js';

/** A message on which the server ends the connection of its session. */
export const KICK = 'kick';
/** In the query of a session to which the server sends more than a connection holds. */
export const FLOOD = 'flood';
/** In the query of a handshake that is authorized later. */
export const SLOW = 'slow';

const PAUSE_MS = 50;
const LONGEST_WAIT_MS = 60;
/** Longer than the server lets a connection linger. */
const UNREAD_MS = 10_000;
const PIPELINED = 20;

function get(path: string, headers = ''): string {
  return `GET /socket.io/${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

function upgrade(path: string): string {
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
  return get(path, `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`);
}

function post(sessionId: string, message: string): string {
  const body = `data=${encodeURIComponent(`~m~${message.length}~m~${message}`)}`;
  const type = 'Content-Type: application/x-www-form-urlencoded\r\n';
  const path = `/socket.io/xhr-polling/${sessionId}/send`;
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Calls `reset` after some milliseconds. */
type Later = (reset: () => void) => void;

const ATTACKS: Readonly<Record<string, (socket: Socket, later: Later) => void>> = {
  'upgrade and reset after a kick': (socket) => {
    socket.write(get(`xhr-polling//${Date.now()}`));
    socket.once('data', (chunk: Buffer) => {
      const sessionId = /~m~\d+~m~(\d+)/.exec(chunk.toString('latin1'))?.[1];
      if (sessionId === undefined) return;
      socket.write(post(sessionId, KICK));
      socket.once('data', () => {
        socket.write(upgrade('websocket'));
        socket.resetAndDestroy();
      });
    });
  },
  'end without reading': (socket) => {
    socket.pause();
    socket.end(get(`htmlfile//${Date.now()}?${FLOOD}`));
  },
  'pipelined handshakes and a reset': (socket, later) => {
    const handshake = get(`xhr-polling//${Date.now()}?${SLOW}`);
    socket.write(handshake.repeat(PIPELINED));
    later(() => socket.resetAndDestroy());
  },
  'reset of a WebSocket that is sent to': (socket, later) => {
    socket.write(upgrade(`websocket?${FLOOD}`));
    later(() => socket.resetAndDestroy());
  },
};

export class Attacker {
  /** How often each attack was made. */
  readonly made: Map<string, number> = new Map();
  readonly #port: number;
  readonly #random: Random;
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;

  constructor(port: number, random: Random) {
    this.#port = port;
    this.#random = random;
    this.#timer = setInterval(() => this.#attack(), PAUSE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #attack(): void {
    const all = Object.entries(ATTACKS);
    const [name, attack] = all[this.#random.below(all.length)] as (typeof all)[number];
    this.made.set(name, (this.made.get(name) ?? 0) + 1);
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true });
    this.#sockets.add(socket);
    const end = setTimeout(() => socket.destroy(), UNREAD_MS);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(end);
      this.#sockets.delete(socket);
    });
    socket.write(mark(0));
    attack(socket, (reset) => setTimeout(reset, this.#random.below(LONGEST_WAIT_MS)));
  }
}
