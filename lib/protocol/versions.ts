/**
 * Detects requests of other Socket.IO versions by their URL.
 *
 * @module
 */

/** Values of Engine.IO's `EIO` parameter, and the Socket.IO versions whose clients send them. */
const BY_ENGINE: ReadonlyMap<string, string> = new Map([
  ['2', 'Socket.IO 1'],
  ['3', 'Socket.IO 1 or 2'],
  ['4', 'Socket.IO 3 or 4'],
]);

/** In URLs of 0.7 to 0.9, the protocol number takes the place of the transport. */
const PROTOCOL_OF_0_9 = /^1\//;
const ENGINE = /^\?(?:[^#]*&)?EIO=(\d{1,3})(?:&|$)/;

/**
 * Names the later version of Socket.IO that a request belongs to; null if there is none.
 *
 * @param start index in the URL after the resource and its slash
 * @example detectVersion('/socket.io/?EIO=4&transport=polling', 11) // 'Socket.IO 3 or 4'
 */
export function detectVersion(url: string, start: number): string | null {
  const rest = url.slice(start);
  if (PROTOCOL_OF_0_9.test(rest)) return 'Socket.IO 0.7 to 0.9';
  const engine = ENGINE.exec(rest)?.[1];
  return engine === undefined ? null : (BY_ENGINE.get(engine) ?? `Engine.IO ${engine}`);
}
