/**
 * Which other Socket.IO a request is of, told by its URL.
 *
 * @module
 */

/** The `EIO` parameter of Engine.IO, and the Socket.IO versions whose clients send it. */
const BY_ENGINE: ReadonlyMap<string, string> = new Map([
  ['2', 'Socket.IO 1'],
  ['3', 'Socket.IO 1 or 2'],
  ['4', 'Socket.IO 3 or 4'],
]);

/** Versions 0.7 to 0.9 have the number of their protocol where 0.6 has the transport. */
const PROTOCOL_OF_0_9 = /^1\//;
const ENGINE = /^\?(?:[^#]*&)?EIO=(\d{1,3})(?:&|$)/;

/**
 * Names the generation of Socket.IO that a request belongs to, if it is a later one than ours.
 *
 * @param start where in the URL the resource and its slash end
 * @example detectVersion('/socket.io/?EIO=4&transport=polling', 11) // 'Socket.IO 3 or 4'
 */
export function detectVersion(url: string, start: number): string | null {
  const rest = url.slice(start);
  if (PROTOCOL_OF_0_9.test(rest)) return 'Socket.IO 0.7 to 0.9';
  const engine = ENGINE.exec(rest)?.[1];
  return engine === undefined ? null : (BY_ENGINE.get(engine) ?? `Engine.IO ${engine}`);
}
