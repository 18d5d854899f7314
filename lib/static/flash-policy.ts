/**
 * Flash's socket policy file: what it says, and how to hand it to whoever asks.
 *
 * Before a Flash file may open a socket, the player asks the host, in plain text, whether it
 * may: on port 843 (flash-policy-server.ts), then on the port it wants to reach
 * (flash-policy-inline.ts).
 *
 * @module
 */
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';

const debug = createDebug('socket.io:flash-policy');

/** What a player sends, and all it sends: 23 bytes. */
export const POLICY_REQUEST: Buffer = Buffer.from('<policy-file-request/>\0', 'latin1');

/** What a peer may cost us. */
export interface PolicyLimits {
  /**
   * How long a connection may take, in milliseconds: to finish its request, and to close after
   * the answer. It is destroyed then.
   *
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * How many connections of a server may wait at a time. More are treated as if there were no
   * policy file.
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

/** The rule for one entry; nothing for what names no host, or no ports. */
function allowAccessFrom(entry: string): string {
  // a scheme, a path: people write whole URLs, of which the host and port count
  const authority = entry
    .trim()
    .replace(/^[a-z][a-z\d+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '');
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority);
  const host = parts?.[1] ?? '';
  // without a port every port is granted: the entry names a page, and says nothing of where
  // the server that the page wants to reach may listen
  const ports = parts?.[2] ?? '*';
  // XML has no way to write a control character, not even escaped
  if (host === '' || /[\s\p{C}]/u.test(host)) return '';
  if (!/^(\*|\d+(-\d+)?(,\d+(-\d+)?)*)$/.test(ports)) return '';
  return `<allow-access-from domain="${escapeAttribute(host)}" to-ports="${ports}"/>\n`;
}

/**
 * The policy file for entries of the option `origins`, each `HOST:PORT`, either side may be `*`.
 *
 * Always valid XML. An entry without a port grants every port; of a URL, host and port count;
 * an entry that names no host or no valid port grants nothing. (0.6.18 wrote
 * `to-ports="undefined"` and `domain="http"`.) There is no NUL at the end, as in 0.6.18:
 * players take the end of the connection for the end of the file.
 *
 * @example policyXml(['example.com:8080'])
 * @see PROTOCOL.md, section 7
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
 * Makes sure that `socket` is gone after `timeoutMs`, whatever its peer does, and that nothing
 * it does throws.
 *
 * @internal
 */
export function limitSocket(socket: Socket, timeoutMs: number): void {
  const deadline = setTimeout(() => socket.destroy(), timeoutMs).unref();
  socket.on('error', ignoreError);
  socket.once('close', () => clearTimeout(deadline));
}

/**
 * Sends the last words on `socket`. What the peer still sends is read and dropped: closing
 * with unread bytes would reset the connection, and the answer with it.
 *
 * @internal
 */
export function sendAndEnd(socket: Socket, text: string): void {
  socket.end(text);
  socket.resume();
}

/** True if a connection that sent `bytes` so far may yet turn out to ask for the policy. */
export function beginsRequest(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, POLICY_REQUEST.length);
  return length > 0 && bytes.compare(POLICY_REQUEST, 0, length, 0, length) === 0;
}
