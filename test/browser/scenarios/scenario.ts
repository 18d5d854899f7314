import type { ClientName, Context } from '../context.js';

/** One row of the matrix. */
export interface Scenario {
  readonly name: string;
  /** The transports to test it with; `any` for the default list. @default all six */
  readonly transports?: readonly string[];
  /** The clients that must pass it. @default both */
  readonly clients?: readonly ClientName[];
  /** The network is broken on purpose: console messages about it are not a failure. */
  readonly breaksNetwork?: boolean;
  /**
   * No other scenario runs in parallel, because this one measures time, sets cookies (which all
   * windows share), or delays a handshake (Firefox serializes WebSocket handshakes to one address).
   */
  readonly alone?: boolean;
  run(context: Context): Promise<void>;
}

export const TRANSPORTS = [
  'websocket',
  'server-events',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
] as const;

/** The transports of client 0.6.3 that still work in current browsers. */
export const TRANSPORTS_2011 = ['websocket', 'xhr-polling', 'jsonp-polling'] as const;

export const STREAMING = ['websocket', 'server-events', 'htmlfile', 'xhr-multipart'] as const;
export const POLLING = ['xhr-polling', 'jsonp-polling'] as const;
/** The transports that send messages by POST. */
export const POSTING = [
  'server-events',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
] as const;
