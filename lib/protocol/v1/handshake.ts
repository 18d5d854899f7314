/**
 * The line that answers a handshake: `SID:HEARTBEAT:CLOSE:TRANSPORTS`.
 *
 * @module
 */

/** What a server offers a new session. */
export interface Handshake {
  readonly sessionId: string;
  /**
   * How long the client waits for a packet before it closes the connection, in milliseconds; null:
   * the server sends no heartbeats.
   */
  readonly heartbeatTimeout: number | null;
  /** How long the client waits for any data before it closes, in milliseconds; null: for ever. */
  readonly closeTimeout: number | null;
  /** Names of transports, in the order of the server. */
  readonly transports: readonly string[];
}

/** Longer lines are not a handshake. */
const MAX_LINE_LENGTH = 4096;
/** Needs no escaping in a URL, and has no colon. */
const SESSION_ID: RegExp = /^[\w!$&'()*+,.;=@~-]{1,256}$/;
/** Other texts are not the name of a transport. */
const TRANSPORT: RegExp = /^[\w-]{1,64}$/;
const SECONDS: RegExp = /^\d{1,9}(?:\.\d{1,9})?$/;

/** Seconds as JavaScript writes them; an absent time is an empty field. */
function toSeconds(time: number | null): string {
  return time === null ? '' : String(time / 1000);
}

/** Null for an empty field; undefined for what is not a time. */
function toMilliseconds(field: string): number | null | undefined {
  if (field === '') return null;
  return SECONDS.test(field) ? Math.round(Number(field) * 1000) : undefined;
}

/**
 * Writes the line of a handshake.
 *
 * @throws {RangeError} If the session id is empty or not URL-safe.
 * @example
 * encodeHandshake({
 *   sessionId: 'abc',
 *   heartbeatTimeout: 60_000,
 *   closeTimeout: 1500,
 *   transports: ['websocket', 'xhr-polling'],
 * }); // 'abc:60:1.5:websocket,xhr-polling'
 */
export function encodeHandshake(handshake: Handshake): string {
  const { sessionId, heartbeatTimeout, closeTimeout, transports } = handshake;
  if (!SESSION_ID.test(sessionId)) {
    const shown = JSON.stringify(sessionId.slice(0, 40));
    throw new RangeError(`Expected a URL-safe session id without colons, got ${shown}`);
  }
  const times = `${toSeconds(heartbeatTimeout)}:${toSeconds(closeTimeout)}`;
  return `${sessionId}:${times}:${transports.join(',')}`;
}

/**
 * Reads the line of a handshake. Missing fields are empty, further ones are ignored.
 *
 * @returns null if the line is longer than 4096 code units, its session id is empty or not
 *   URL-safe, or a time is not a decimal number.
 * @example decodeHandshake('abc::60:websocket')
 * // { sessionId: 'abc', heartbeatTimeout: null, closeTimeout: 60000, transports: ['websocket'] }
 */
export function decodeHandshake(line: string): Handshake | null {
  if (line.length > MAX_LINE_LENGTH) return null;
  const [sessionId = '', heartbeat = '', close = '', names = ''] = line.trim().split(':', 4);
  const heartbeatTimeout = toMilliseconds(heartbeat);
  const closeTimeout = toMilliseconds(close);
  if (!SESSION_ID.test(sessionId)) return null;
  if (heartbeatTimeout === undefined || closeTimeout === undefined) return null;
  const transports = names.split(',').filter((name) => TRANSPORT.test(name));
  return { sessionId, heartbeatTimeout, closeTimeout, transports };
}
