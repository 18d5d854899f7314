/**
 * The interfaces of a session to the connections that serve it, one after the other, and to its
 * Listener.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ResolvedOptions } from '../options.js';
import type { Counters } from '../metrics/counters.js';
import type { Timers } from '../util/timers.js';
import type { Client } from './client.js';
import type { BroadcastOperator, SessionRooms } from '../rooms/broadcast-operator.js';
import type { DisconnectReason } from './state.js';
import type { RateLimiter } from './flow/rate-limiter.js';
import type { SharedPayload } from './shared-payload.js';

/** A live connection as its session uses it. `Transport` implements it. */
export interface Connection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  readonly type: ConnectionType;
  /** True for a poll: the first write is its response, and ends it. */
  readonly isPoll: boolean;
  /**
   * The least time that the session waits for its client after this connection has ended, in
   * milliseconds.
   */
  readonly minGracePeriodMs: number;
  /** Bytes of the last write that the client may not have received when the connection has ended. */
  readonly bytesInFlight: number;
  /** Bytes that were written and have not left this process. */
  readonly bufferedAmount: number;
  /**
   * Calls `callback` once, in a later turn, when what was written so far has left this process;
   * with false, at any time, if the connection is breaking.
   */
  onDrain(callback: (isSent: boolean) => void): void;
  /**
   * Called before the messages of one payload are delivered. Returns true if the session must hold
   * its replies until all are delivered, and send them as one payload: the connection takes only one.
   */
  cork(): boolean;
  /** Sends one payload. Returns false if the connection is breaking and has not taken it. */
  write(payload: string): boolean;
  /** Sends a payload that many sessions share; otherwise the same as `write`. */
  writeShared(broadcast: SharedPayload): boolean;
  /** Sends what is still pending, then ends the connection. */
  close(): void;
}

/** The kind of transport that serves a session. */
export interface ConnectionType {
  readonly transportName: string;
  /** True if another server has the connections; then it also has the rooms and broadcasts. */
  readonly isExternal?: boolean;
  /** True if its responses are scripts. The page cannot read the responses to its forms. */
  readonly isReadableAcrossOrigins?: boolean;
  /** @internal The application reads the socket of a session, possibly to end it. */
  onConnectionRead?(socket: Socket, reader: ConnectionReader): void;
}

/** @internal A session whose socket the application has read. */
export interface ConnectionReader {
  /** The application has ended or destroyed the socket. */
  _onConnectionKicked(socket: Socket): void;
}

/**
 * The body of the response to a POST, or the status with which it is refused; null: it is not answered,
 * because the session is about to end.
 */
export type PostAnswer = string | null | 404 | 409 | 413;
/** The response to a POST, as in 0.6. */
export const POST_TAKEN = 'ok';

/** What a session needs of its Listener. */
export interface Host {
  readonly options: ResolvedOptions;
  /** @internal */ readonly _timers: Timers;
  /** @internal */ readonly _rooms: SessionRooms;
  /** @internal */ readonly _counters: Counters;
  /** @internal Null without a limit. */ readonly _rates: RateLimiter | null;
  /** @internal All clients, even if the application has replaced `everybody`. */
  readonly _everybody: BroadcastOperator;
  /** @internal */ _onClientConnect(client: Client): void;
  /** @internal */ _onClientMessage(message: unknown, client: Client): void;
  /** @internal */ _onClientDisconnect(client: Client, reason: DisconnectReason): void;
  /** @internal */ _addressOf(request: IncomingMessage): string | undefined;
  broadcast(message: unknown, except?: string): unknown;
}
