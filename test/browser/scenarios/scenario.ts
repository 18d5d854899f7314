import type { ClientName, Context } from '../context.js';

/** One line of the matrix. */
export interface Scenario {
  readonly name: string;
  /** The transports it makes sense for; `any` for the default list. @default all six */
  readonly transports?: readonly string[];
  /** The clients that must pass it. @default both */
  readonly clients?: readonly ClientName[];
  /** The network is broken on purpose: the browser's own complaints about it are no failure. */
  readonly breaksNetwork?: boolean;
  /**
   * No other scenario runs beside it: it measures time, sets cookies, which all windows share, or
   * holds up a handshake, and Firefox opens WebSockets to one address one after the other.
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

/** The transports on which the 2011 client still works in browsers of today. */
export const TRANSPORTS_2011 = ['websocket', 'xhr-polling', 'jsonp-polling'] as const;

export const STREAMING = ['websocket', 'server-events', 'htmlfile', 'xhr-multipart'] as const;
export const POLLING = ['xhr-polling', 'jsonp-polling'] as const;
/** Transports whose messages go up by POST. */
export const POSTING = [
  'server-events',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
] as const;
