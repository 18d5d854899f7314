/**
 * The policy file on the port of the application itself.
 *
 * @module
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';
import {
  beginsRequest,
  ignoreError,
  limitSocket,
  POLICY_LIMITS,
  POLICY_REQUEST,
  policyXml,
  sendAndEnd,
  type PolicyLimits,
} from './flash-policy.js';
import { emitPast, intercept } from '../util/intercept.js';

const debug = createDebug('socket.io:flash-policy');

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

type PolicyServer = HttpServer | HttpsServer;

/** By a method of `tls.Server`: importing the class would load all of TLS. */
function isSecure(server: PolicyServer): boolean {
  return 'setSecureContext' in server;
}

/**
 * Answers the policy requests on the port of one HTTP server.
 *
 * The HTTP parser receives a policy request first, and fails at its first byte. The server then
 * emits 'clientError', which is intercepted: connections of HTTP cost nothing, listeners of the
 * application never see a policy request, and the server handles all other errors as without us.
 * On a TLS port the request arrives in plain text too, and the handshake would consume it. There
 * 'connection' is held back until the first packet is known.
 */
class InlinePolicy {
  readonly #server: PolicyServer;
  readonly #limits: Required<PolicyLimits>;
  readonly #members = new Set<() => readonly string[]>();
  readonly #pending = new Set<Socket>();

  constructor(server: PolicyServer, limits: PolicyLimits) {
    this.#server = server;
    this.#limits = { ...POLICY_LIMITS, ...limits };
    intercept(server, 'clientError', ([error, socket]) => this.#takeRequest(error, socket));
    if (isSecure(server)) {
      intercept(server, 'connection', ([socket]) => this.#holdConnection(socket));
    }
  }

  join(entries: () => readonly string[]): () => void {
    // Wrapped, so that a function that is given twice is two members.
    const member = (): readonly string[] => entries();
    this.#members.add(member);
    return () => {
      this.#members.delete(member);
    };
  }

  #mayWait(socket: unknown): socket is Socket {
    return (
      isSocket(socket) && this.#members.size > 0 && this.#pending.size < this.#limits.maxPending
    );
  }

  /** Returns true if the error is a policy request, or the beginning of one, and is handled here. */
  #takeRequest(error: unknown, socket: unknown): boolean {
    if (!this.#mayWait(socket)) return false;
    const { rawPacket } = (error ?? {}) as { rawPacket?: unknown };
    if (!Buffer.isBuffer(rawPacket) || !beginsRequest(rawPacket)) return false;
    // Only the first bytes of a connection: later ones may follow an HTTP request.
    if (socket.bytesRead !== rawPacket.length) return false;
    // Those of the parser. Its 'close' listener stays: it frees the parser.
    socket.removeAllListeners('data');
    socket.removeAllListeners('end');
    this.#gather(socket, rawPacket, () => {
      if (!emitPast(this.#server, 'clientError', error, socket)) sendAndEnd(socket, BAD_REQUEST);
    });
    return true;
  }

  /** Waits for the first packet of a connection to a TLS server. */
  #holdConnection(socket: unknown): boolean {
    if (!this.#mayWait(socket)) return false;
    const letGo = (): void => {
      clearTimeout(timer);
      this.#pending.delete(socket);
      socket.removeListener('readable', socketOnReadable);
      socket.removeListener('close', letGo);
      socket.removeListener('error', ignoreError);
    };
    const handOn = (): void => {
      letGo();
      if (!socket.destroyed) emitPast(this.#server, 'connection', socket);
    };
    const socketOnReadable = (): void => {
      const packet: unknown = socket.read();
      if (!Buffer.isBuffer(packet) || !beginsRequest(packet)) {
        if (packet !== null) socket.unshift(packet);
        handOn();
        return;
      }
      letGo();
      // It cannot become a TLS handshake either.
      this.#gather(socket, packet, () => socket.destroy());
    };
    // From then on the handshakeTimeout of the server limits a silent peer.
    const timer = setTimeout(handOn, this.#limits.timeoutMs).unref();
    this.#pending.add(socket);
    socket.on('readable', socketOnReadable);
    socket.on('close', letGo);
    socket.on('error', ignoreError);
    return true;
  }

  /** Reads the request and answers it; calls `refuse` if it is something else. */
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
}

/** By its members: a test runner, or another copy of Node's modules, has classes of its own. */
function isSocket(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && 'bytesRead' in value && 'unshift' in value;
}

const installed = new WeakMap<PolicyServer, InlinePolicy>();

/**
 * Answers policy requests on the port of `server`, whole or in pieces, in plain text also when
 * the server uses TLS.
 *
 * The policies of all Listeners of a server are one, which lists their entries in the order of the
 * calls. All other input is handled as without us. The limits of the first call apply to the
 * server.
 *
 * @returns a function that removes the entries
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
