/**
 * The two clients that the examples are tested with: over a WebSocket and over polls.
 *
 * @module
 */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { decode, encode } from '../../lib/index.js';
import { Queue } from '../support/queue.js';

/** A session, as far as the tests use it. */
export interface Talk {
  readonly sessionId: string;
  send(message: unknown): Promise<void>;
  /** The next message, with JSON parsed; heartbeats are echoed. */
  next(): Promise<unknown>;
  close(): Promise<void>;
}

const read = (text: string): unknown =>
  text.startsWith('~j~') ? (JSON.parse(text.slice(3)) as unknown) : text;

/** A session over a WebSocket. */
export async function talkByWebSocket(base: string, options: ClientOptions = {}): Promise<Talk> {
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/websocket`, options);
  const texts: string[] = [];
  let wake: (() => void) | null = null;
  socket.on('message', (data: Buffer) => {
    for (const text of decode(data.toString())) {
      if (text.startsWith('~h~')) socket.send(`~m~${text.length}~m~${text}`);
      else texts.push(text);
    }
    wake?.();
  });
  await once(socket, 'open');
  const nextText = async (): Promise<string> => {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one message after the other
    while (texts.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return texts.shift() as string;
  };
  return {
    sessionId: await nextText(),
    async send(message) {
      await new Promise<unknown>((resolve) => {
        socket.send(encode(message), resolve);
      });
    },
    async next() {
      return read(await nextText());
    },
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** A session over xhr-polling. */
export async function talkByPolling(base: string): Promise<Talk> {
  const texts: string[] = [];
  const poll = async (id: string): Promise<void> => {
    const response = await fetch(`${base}/xhr-polling/${id}/${Date.now()}`);
    if (response.status !== 200) throw new Error(`A poll was answered ${response.status}`);
    texts.push(...decode(await response.text()));
  };
  await poll('');
  const sessionId = texts.shift() as string;
  const post = async (path: string, body: string): Promise<void> => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const init = { method: 'POST', headers, body };
    const response = await fetch(`${base}/xhr-polling/${sessionId}/${path}`, init);
    const answer = await response.text();
    if (answer !== 'ok') throw new Error(`A POST was answered ${response.status} ${answer}`);
  };
  return {
    sessionId,
    send: (message) => post('send', `data=${encodeURIComponent(encode(message))}`),
    async next() {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one poll after the other
      while (texts.length === 0) await poll(sessionId);
      return read(texts.shift() as string);
    },
    close: () => post('close', ''),
  };
}

/** What is used of the official client of 0.9, which has no types. */
interface Socket09 {
  on(event: string, listener: (message: unknown) => void): void;
  send(text: string): void;
  disconnect(): void;
  readonly json: { send(value: unknown): void };
  readonly socket: { readonly sessionid: string };
}

/** A session of the official client of Socket.IO 0.9. */
export async function talkByOfficial09(url: string): Promise<Talk> {
  const io = require('socket.io-client-0.9.17') as {
    connect(address: string, options: object): Socket09;
  };
  const socket = io.connect(url, { 'force new connection': true, reconnect: false });
  const messages = new Queue<unknown>();
  socket.on('message', (message) => messages.push(message));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', () => resolve());
    socket.on('error', (reason) => reject(new Error(String(reason))));
  });
  return {
    sessionId: socket.socket.sessionid,
    send(message) {
      if (typeof message === 'string') socket.send(message);
      else socket.json.send(message);
      return Promise.resolve();
    },
    next: () => messages.next('a message'),
    close() {
      socket.disconnect();
      return Promise.resolve();
    },
  };
}

interface Socket4 {
  readonly id: string;
  on(event: string, listener: (...args: never[]) => void): void;
  send(message: unknown): void;
  emit(event: string, ...args: unknown[]): void;
  disconnect(): void;
}

/** A session of the official client of today. */
export interface OfficialTalk extends Talk {
  /** Emits an event; resolves with the acknowledgement. */
  ask(event: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** A session of the official client of Socket.IO 4, with an upgrade. */
export async function talkByOfficial4(url: string): Promise<OfficialTalk> {
  const { io } = require('socket.io-client4') as {
    io: (address: string, options: object) => Socket4;
  };
  const socket = io(url, { forceNew: true, reconnection: false });
  const messages = new Queue<unknown>();
  socket.on('message', (message: unknown) => messages.push(message));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', () => resolve());
    socket.on('connect_error', reject as (reason: never) => void);
  });
  return {
    sessionId: socket.id,
    send(message) {
      socket.send(message);
      return Promise.resolve();
    },
    ask: (event, ...args) => new Promise((resolve) => socket.emit(event, ...args, resolve)),
    next: () => messages.next('a message'),
    close() {
      socket.disconnect();
      return Promise.resolve();
    },
  };
}
