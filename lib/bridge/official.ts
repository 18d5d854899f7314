/**
 * Structural types of the official server of Socket.IO 4. This package does not import `socket.io`:
 * the application may have installed it under another name, and `socket.io` may be an alias of this
 * package.
 *
 * @module
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';

/**
 * A `Server` of `socket.io` 4. Only two of its methods are checked by type: overloads and callbacks
 * would make a more precise shape refuse servers with typed events.
 */
export interface OfficialServer {
  attach(server: never, options?: never): unknown;
  of(name: string): object;
}

/** A `Socket` of `socket.io` 4, as far as it is used here; cast it to use the rest. */
export interface OfficialSocket {
  /** Public with clients of version 3 and 4; with older ones it is the id of the connection, a secret. */
  readonly id: string;
  readonly connected: boolean;
  /** True if the connection state was recovered. */
  readonly recovered?: boolean;
  /** The request of the handshake. */
  readonly request: IncomingMessage;
  readonly conn: OfficialConnection;
  readonly rooms: ReadonlySet<string>;
  /** Emits only if the connection can be written to. */
  readonly volatile: { emit(event: string, ...args: unknown[]): unknown };
  emit(event: string, ...args: unknown[]): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  listenerCount(event: string): number;
  join(rooms: string | string[]): unknown;
  leave(room: string): unknown;
  disconnect(close?: boolean): unknown;
}

/** A packet of `engine.io`. */
export interface OfficialPacket {
  readonly type: string;
  readonly data?: string | Uint8Array | undefined;
}

/** A connection of `engine.io`. */
export interface OfficialConnection {
  /** 3 for clients of version 1 and 2, 4 for those of version 3 and 4. */
  readonly protocol: number;
  readonly transport: {
    readonly name: string;
    /** False while it has not taken what it was given, or between two polls. */
    readonly writable?: boolean;
    once?(event: 'drain', listener: () => void): unknown;
    /** The WebSocket of `ws`, if the transport has one. */
    readonly socket?: { readonly bufferedAmount?: number; terminate?(): void };
  };
  /** The packets that the transport has not taken yet. */
  readonly writeBuffer: { readonly data?: { readonly length?: number } | undefined }[];
  /** @internal */ on(event: 'packet', listener: (packet: OfficialPacket) => void): unknown;
  /** @internal */ on(event: 'flush', listener: (packets: OfficialPacket[]) => void): unknown;
  once(event: string, listener: () => void): unknown;
  close(discard?: boolean): unknown;
}

/** Selects sockets of a namespace. */
export interface OfficialOperator {
  to(rooms: string[]): OfficialOperator;
  except(rooms: string[]): OfficialOperator;
  emit(event: string, ...args: unknown[]): unknown;
}

export type Middleware = (socket: OfficialSocket, next: (error?: Error) => void) => void;

/** A namespace of the official server. */
export interface OfficialNamespace {
  readonly sockets: ReadonlyMap<string, OfficialSocket>;
  readonly adapter: { readonly rooms: ReadonlyMap<string, ReadonlySet<string>> };
  /** The sockets of this process. */
  readonly local: OfficialOperator;
  use(middleware: Middleware): unknown;
  on(event: 'connection', listener: (socket: OfficialSocket) => void): unknown;
  off(event: 'connection', listener: (socket: OfficialSocket) => void): unknown;
}

/** The server as it is used here. */
interface FullServer {
  readonly engine?: { readonly opts: { allowRequest?: AllowRequest } };
  readonly _opts?: ServerOptions;
  readonly opts?: ServerOptions;
  attach(server: HttpServer): unknown;
  of(name: string): OfficialNamespace;
  path(): string;
}

type AllowRequest = (
  request: IncomingMessage,
  answer: (message: string, isAllowed: boolean) => void,
) => void;

interface ServerOptions {
  readonly connectionStateRecovery?: { readonly maxDisconnectionDuration?: number };
}

/** The default of the official server. */
const RECOVERY_MS = 120_000;
/** The only adapter that keeps what is sent to the sockets of one process. */
const RECOVERING_ADAPTER = 'SessionAwareAdapter';

const full = (official: OfficialServer): FullServer => official as unknown as FullServer;

/** Attaches a server that has not been attached to an HTTP server or bound to an engine. */
export function attachOnce(official: OfficialServer, server: HttpServer): void {
  if (!full(official).engine) full(official).attach(server);
}

export function namespaceOf(official: OfficialServer, name: string): OfficialNamespace {
  return full(official).of(name);
}

/**
 * Returns a function that is true for requests of clients of the official server.
 *
 * @param hasScript true if `socket.io.js` is the script of the official server
 */
export function ownsRequest(
  official: OfficialServer,
  hasScript: boolean,
): (request: IncomingMessage) => boolean {
  const path = `${full(official).path()}/`;
  const script = `${path}socket.io.js`;
  return ({ url = '' }) =>
    url.startsWith(path) &&
    (/[?&]EIO=/.test(url) || (hasScript && (url === script || url.startsWith(`${script}?`))));
}

type Recovery = ServerOptions['connectionStateRecovery'];

function recoveryOf(official: OfficialServer): Recovery {
  const { _opts, opts } = full(official);
  return (_opts ?? opts)?.connectionStateRecovery;
}

/**
 * True if the official server recovers connections. Then its `socket.emit` uses the adapter, which may
 * publish to other processes first, while broadcasts to sockets of this process do not wait.
 */
export function emitsByAdapter(official: OfficialServer): boolean {
  return recoveryOf(official) !== undefined;
}

/**
 * Refuses connections from now on. A middleware would do it too late: clients that it refuses do not
 * try again.
 */
export function refuseNew(official: OfficialServer): void {
  const { engine } = full(official);
  if (engine) engine.opts.allowRequest = (_request, answer) => answer('draining', false);
}

/** How long a lost socket can be recovered, in milliseconds; 0: it cannot. */
export function recoveryTime(official: OfficialServer, { adapter }: OfficialNamespace): number {
  const recovery = recoveryOf(official);
  if (!recovery) return 0;
  let type: unknown = adapter.constructor;
  while (typeof type === 'function' && type.name !== RECOVERING_ADAPTER) {
    type = Object.getPrototypeOf(type);
  }
  if (typeof type !== 'function') return 0;
  return recovery.maxDisconnectionDuration ?? RECOVERY_MS;
}
