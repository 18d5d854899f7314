/**
 * The official server and its clients, by shape: their declarations need the types of a browser.
 *
 * @module
 */
import type { Server } from 'node:http';
import { afterThisTest } from '../support/cleanup.js';
import { Queue } from '../support/queue.js';
import { until } from '../support/wait.js';

export interface ServerSocket {
  readonly id: string;
  readonly data: Record<string, unknown>;
  readonly conn: { readonly transport: { readonly name: string }; close(): void };
  readonly rooms: Set<string>;
  on(event: string, listener: (...args: never[]) => void): this;
  use(middleware: (event: unknown[], next: (error?: Error) => void) => void): this;
  emit(event: string, ...args: unknown[]): boolean;
  join(room: string): void;
  disconnect(close?: boolean): this;
}

export interface Official {
  readonly engine: {
    readonly clientsCount: number;
    on(event: string, listener: (connection: never) => void): void;
  };
  readonly sockets: { readonly sockets: ReadonlyMap<string, ServerSocket> };
  attach(server: Server, options?: object): this;
  of(name: string): Official;
  path(): string;
  on(event: string, listener: (socket: ServerSocket) => void): this;
  use(middleware: (socket: ServerSocket, next: (error?: Error) => void) => void): this;
  to(room: string): Official;
  emit(event: string, ...args: unknown[]): boolean;
  serverSideEmit(event: string, ...args: unknown[]): boolean;
  close(): Promise<void>;
}

type ServerClass = new (server?: Server | object, options?: object) => Official;

/** The servers to test with: the newest, and the oldest that works. */
export const SERVERS: readonly (readonly [version: string, Server: ServerClass])[] = [
  ['4.8', (require('socket.io4') as { Server: ServerClass }).Server],
  ['4.0', (require('socket.io4-oldest') as { Server: ServerClass }).Server],
];
export const OfficialServer: ServerClass = SERVERS[0]![1];

export interface ClientSocket {
  readonly id: string;
  readonly connected: boolean;
  readonly recovered?: boolean;
  readonly io: {
    readonly engine: { readonly transport: { readonly name: string }; close(): void };
  };
  on(event: string, listener: (...args: never[]) => void): this;
  emit(event: string, ...args: unknown[]): this;
  send(...args: unknown[]): this;
  connect(): this;
  disconnect(): this;
}

type Connect = (url: string, options?: object) => ClientSocket;

/** The official clients by version. */
export const CLIENTS: Readonly<Record<string, Connect>> = {
  '4.8': (require('socket.io-client4') as { io: Connect }).io,
  '3.1': (require('socket.io-client3') as { io: Connect }).io,
  '2.5': require('socket.io-client2') as Connect,
};

/** The ways in which an official client connects, by options. */
export const WAYS: Readonly<Record<string, object>> = {
  polling: { transports: ['polling'] },
  'polling, then websocket': { transports: ['polling', 'websocket'] },
  websocket: { transports: ['websocket'] },
};

/** An official client that collects what it receives; ends after the test. */
export class OfficialDriver {
  readonly socket: ClientSocket;
  readonly #messages = new Queue<unknown>();
  readonly #errors = new Queue<{ message?: string; data?: unknown }>();
  /** Why the client has disconnected. */
  readonly reasons: string[] = [];

  constructor(port: number, options: object = {}, version = '4.8', path = '/', scheme = 'http') {
    const connect = CLIENTS[version]!;
    const fixed = { forceNew: true, reconnection: false, ...options };
    this.socket = connect(`${scheme}://127.0.0.1:${port}${path}`, fixed);
    this.socket.on('message', (message: unknown) => this.#messages.push(message));
    this.socket.on('disconnect', (reason: string) => this.reasons.push(reason));
    const onError = (error: object): void => this.#errors.push(error);
    this.socket.on('connect_error', onError);
    if (version === '2.5') this.socket.on('error', onError);
    afterThisTest(() => this.socket.disconnect());
  }

  /** Waits until the client is connected; if it upgrades, until it has. */
  async open(): Promise<this> {
    await until(() => this.socket.connected, 'an official client to connect');
    return this;
  }

  async upgraded(): Promise<this> {
    await this.open();
    await until(() => this.socket.io.engine.transport.name === 'websocket', 'an upgrade');
    return this;
  }

  next(): Promise<unknown> {
    return this.#messages.next('a message for an official client');
  }

  /** The next so many messages. */
  async take(count: number): Promise<unknown[]> {
    const messages = [];
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  error(): Promise<{ message?: string; data?: unknown }> {
    return this.#errors.next('an error of an official client');
  }
}
