/**
 * Flash's socket policy file: what it says, and how the app's own port serves it.
 *
 * Before a Flash file may open a socket, the player asks the host, in plain text, whether it
 * may: on port 843 (see policy-server.ts), then on the port it wants to reach.
 *
 * @module
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import createDebug from 'debug';

const debug = createDebug('socket.io:flash-policy');

/** What a player sends, and all it sends: 23 bytes. */
const POLICY_REQUEST: Buffer = Buffer.from('<policy-file-request/>\0', 'latin1');
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

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

function ignoreError(error: Error): void {
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
function beginsRequest(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, POLICY_REQUEST.length);
  return length > 0 && bytes.compare(POLICY_REQUEST, 0, length, 0, length) === 0;
}

type PolicyServer = HttpServer | HttpsServer;

/**
 * Stands before the listeners of one HTTP server and picks out the policy requests.
 *
 * The parser sees a policy request first, and stumbles over its first byte. The server then
 * emits 'clientError', which is where it is caught: nothing is spent on connections that speak
 * HTTP. It is caught in `emit`, so that listeners of the app never see it, and that the server
 * deals with every other error as if we were not there. On a TLS port the request comes in
 * plain text all the same, and the handshake would swallow it; there 'connection' is held back
 * until the first packet is known.
 */
class InlinePolicy {
  readonly #server: PolicyServer;
  readonly #emit: PolicyServer['emit'];
  readonly #limits: Required<PolicyLimits>;
  readonly #members = new Set<() => readonly string[]>();
  readonly #pending = new Set<Socket>();

  constructor(server: PolicyServer, limits: PolicyLimits) {
    this.#server = server;
    this.#limits = { ...POLICY_LIMITS, ...limits };
    const emit = server.emit;
    this.#emit = emit;
    const isTls = server instanceof TlsServer;
    const intercept = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event === 'clientError' && this.#takeRequest(args[0], args[1] as Socket)) return true;
      if (event === 'connection' && isTls && this.#holdConnection(args[0] as Socket)) return true;
      return Reflect.apply(emit, server, [event, ...args]) as boolean;
    };
    server.emit = intercept as PolicyServer['emit'];
  }

  join(entries: () => readonly string[]): () => void {
    // wrapped, so that one function given twice is two members
    const member = (): readonly string[] => entries();
    this.#members.add(member);
    return () => {
      this.#members.delete(member);
    };
  }

  /** True if the error was a policy request, or the beginning of one, and is now our business. */
  #takeRequest(error: unknown, socket: Socket): boolean {
    if (this.#members.size === 0 || this.#pending.size >= this.#limits.maxPending) return false;
    const rawPacket = (error as { rawPacket?: unknown }).rawPacket;
    if (!Buffer.isBuffer(rawPacket) || !beginsRequest(rawPacket)) return false;
    // only the first bytes of a connection: later ones may stand behind an HTTP request
    if (socket.bytesRead !== rawPacket.length) return false;
    // the parser's; its 'close' listener stays, which gives the parser back
    socket.removeAllListeners('data');
    socket.removeAllListeners('end');
    this.#gather(socket, rawPacket, () => {
      if (!this.#pass('clientError', error, socket)) sendAndEnd(socket, BAD_REQUEST);
    });
    return true;
  }

  /** Waits for the first packet of a connection to a TLS server. */
  #holdConnection(socket: Socket): boolean {
    if (this.#members.size === 0 || this.#pending.size >= this.#limits.maxPending) return false;
    const letGo = (): void => {
      clearTimeout(timer);
      this.#pending.delete(socket);
      socket.removeListener('readable', socketOnReadable);
      socket.removeListener('close', letGo);
      socket.removeListener('error', ignoreError);
    };
    const handOn = (): void => {
      letGo();
      if (!socket.destroyed) this.#pass('connection', socket);
    };
    const socketOnReadable = (): void => {
      const packet = socket.read() as Buffer | null;
      if (packet === null || !beginsRequest(packet)) {
        if (packet !== null) socket.unshift(packet);
        handOn();
        return;
      }
      letGo();
      // not a handshake either, whatever follows
      this.#gather(socket, packet, () => socket.destroy());
    };
    // a silent peer is a matter of the server's handshakeTimeout from then on
    const timer = setTimeout(handOn, this.#limits.timeoutMs).unref();
    this.#pending.add(socket);
    socket.on('readable', socketOnReadable);
    socket.on('close', letGo);
    socket.on('error', ignoreError);
    return true;
  }

  /** Collects the request, answers it; calls `refuse` if it turns out to be something else. */
  #gather(socket: Socket, firstPacket: Buffer, refuse: () => void): void {
    let bytes = Buffer.alloc(0);
    const socketOnData = (packet: Buffer): void => {
      bytes = Buffer.concat([bytes, packet]);
      if (beginsRequest(bytes)) {
        if (bytes.length < POLICY_REQUEST.length) return;
        debug('answered inline');
        stop();
        sendAndEnd(socket, policyXml([...this.#members].flatMap((entries) => entries())));
      } else {
        stop();
        refuse();
      }
    };
    const socketOnEnd = (): void => {
      socket.destroy();
    };
    const stop = (): void => {
      socket.removeListener('data', socketOnData);
      socket.removeListener('end', socketOnEnd);
    };
    this.#pending.add(socket);
    socket.once('close', () => this.#pending.delete(socket));
    limitSocket(socket, this.#limits.timeoutMs);
    socket.on('end', socketOnEnd);
    socket.on('data', socketOnData);
    socketOnData(firstPacket);
  }

  #pass(event: string, ...args: unknown[]): boolean {
    return Reflect.apply(this.#emit, this.#server, [event, ...args]) as boolean;
  }
}

const installed = new WeakMap<PolicyServer, InlinePolicy>();

/**
 * Answers policy requests on the port of `server`, whole or in pieces, in plain text also when
 * the server speaks TLS.
 *
 * All that share a server share the answer, which lists the entries of each in the order they
 * came. Everything that is no policy request goes the way it would go without us. The limits of
 * the first call count for the server.
 *
 * @returns a function that takes the entries off again
 */
export function answerInlinePolicy(
  server: HttpServer | HttpsServer,
  entries: () => readonly string[],
  limits: PolicyLimits = {},
): () => void {
  let policy = installed.get(server);
  if (policy === undefined) {
    policy = new InlinePolicy(server, limits);
    installed.set(server, policy);
  }
  return policy.join(entries);
}
