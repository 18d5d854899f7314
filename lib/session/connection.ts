/**
 * The interface between a session and the connections that serve it, one after the other.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SharedPayload } from './shared-payload.js';

/** A live connection as its session uses it. `Transport` implements it. */
export interface Connection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse | null;
  readonly socket: Socket;
  /** True for a poll: the first write is its response, and ends it. */
  readonly isPoll: boolean;
  /** Least time that the session waits for its client once this connection has ended, in milliseconds. */
  readonly minGracePeriodMs: number;
  /** Sends one payload. Returns false if the connection is breaking and has not taken it. */
  write(payload: string): boolean;
  /** Sends a payload that many sessions share; otherwise as `write`. */
  writeShared(broadcast: SharedPayload): boolean;
  /** Sends what is still pending, then ends the connection. */
  close(): void;
}

/** The kind of transport that serves a session. */
export interface ConnectionType {
  readonly transportName: string;
}
