/**
 * The socket policy file of Flash: its content, and how it is sent.
 *
 * Before a Flash file may open a socket, the player requests the policy of the host, in plain
 * text: on port 843 (flash-policy-server.ts), then on the port of the socket
 * (flash-policy-inline.ts).
 *
 * @module
 */
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';

const debug = createDebug('socket.io:flash-policy');

/** The complete request of a player: 23 bytes. */
export const POLICY_REQUEST: Buffer = Buffer.from('<policy-file-request/>\0', 'latin1');

/** Limits on the resources of policy connections. */
export interface PolicyLimits {
  /**
   * How long a connection may take to complete its request, and to close after the response, in
   * milliseconds. It is destroyed afterwards.
   *
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * The most connections of a server that may wait at a time. Further connections are handled as
   * if there were no policy file.
   *
   * @default 1000
   */
  readonly maxPending?: number;
}

export const POLICY_LIMITS: Required<PolicyLimits> = Object.freeze({
  timeoutMs: 5000,
  maxPending: 1000,
});

function escapeAttribute(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** The element for one entry; empty if the entry has no valid host or port. */
function allowAccessFrom(entry: string): string {
  // Entries may be whole URLs: only host and port are used.
  const authority = entry
    .trim()
    .replace(/^[a-z][a-z\d+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '');
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority);
  const host = parts?.[1] ?? '';
  // Without a port every port is granted: the entry is the origin of a page, which does not limit
  // the port of the server that the page connects to.
  const ports = parts?.[2] ?? '*';
  // XML cannot contain control characters, not even escaped.
  if (host === '' || /[\s\p{C}]/u.test(host)) return '';
  if (!/^(\*|\d+(-\d+)?(,\d+(-\d+)?)*)$/.test(ports)) return '';
  return `<allow-access-from domain="${escapeAttribute(host)}" to-ports="${ports}"/>\n`;
}

/**
 * The policy file for entries of the option `origins`: each is `HOST:PORT`, either may be `*`.
 *
 * The result is always valid XML. An entry without a port grants every port; of a URL, host and
 * port are used; an entry without a valid host and port grants nothing. (0.6.18 wrote
 * `to-ports="undefined"` and `domain="http"`.) There is no NUL at the end, as in 0.6.18: for
 * players, the end of the connection is the end of the file.
 *
 * @example policyXml(['example.com:8080'])
 * @see PROTOCOL.md, "flashsocket"
 */
export function policyXml(entries: readonly string[]): string {
  return (
    '<?xml version="1.0"?>\n' +
    '<!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">\n' +
    '<cross-domain-policy>\n' +
    entries.map(allowAccessFrom).join('') +
    '</cross-domain-policy>\n'
  );
}

/** @internal */
export function ignoreError(error: Error): void {
  debug('ignored on a policy connection: %s', error.message);
}

/**
 * Destroys `socket` after `timeoutMs`, also if its peer is active, and ignores its errors.
 *
 * @internal
 */
export function limitSocket(socket: Socket, timeoutMs: number): void {
  const deadline = setTimeout(() => socket.destroy(), timeoutMs).unref();
  socket.on('error', ignoreError);
  socket.once('close', () => clearTimeout(deadline));
}

/**
 * Sends `text` and ends `socket`. Further input is read and dropped: closing with unread bytes
 * would reset the connection, and the response would be lost.
 *
 * @internal
 */
export function sendAndEnd(socket: Socket, text: string): void {
  socket.end(text);
  socket.resume();
}

/** True if `bytes`, the first of a connection, are a policy request or the beginning of one. */
export function beginsRequest(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, POLICY_REQUEST.length);
  return length > 0 && bytes.compare(POLICY_REQUEST, 0, length, 0, length) === 0;
}
