/**
 * The policy file on the port of the app itself.
 *
 * @module
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Socket } from 'node:net';
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

/** Told by a method of `tls.Server`: the class itself would load all of TLS for everybody. */
function isSecure(server: PolicyServer): boolean {
  return 'setSecureContext' in server;
}

/**
 * Stands before the listeners of one HTTP server and picks out the policy requests.
 *
 * The parser sees a policy request first, and stumbles over its first byte. The server then
 * emits 'clientError', which is where it is caught: nothing is spent on connections that speak
 * HTTP. It is intercepted, so that listeners of the app never see it, and that the server
 * deals with every other error as if we were not there. On a TLS port the request comes in
 * plain text all the same, and the handshake would swallow it; there 'connection' is held back
 * until the first packet is known.
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
    // wrapped, so that one function given twice is two members
    const member = (): readonly string[] => entries();
    this.#members.add(member);
    return () => {
      this.#members.delete(member);
    };
  }

  #mayWait(socket: unknown): socket is Socket {
    return (
      socket instanceof Socket &&
      this.#members.size > 0 &&
      this.#pending.size < this.#limits.maxPending
    );
  }

  /** True if the error was a policy request, or the beginning of one, and is now our business. */
  #takeRequest(error: unknown, socket: unknown): boolean {
    if (!this.#mayWait(socket)) return false;
    if (!(error instanceof Error && 'rawPacket' in error)) return false;
    const { rawPacket } = error;
    if (!Buffer.isBuffer(rawPacket) || !beginsRequest(rawPacket)) return false;
    // only the first bytes of a connection: later ones may stand behind an HTTP request
    if (socket.bytesRead !== rawPacket.length) return false;
    // the parser's; its 'close' listener stays, which gives the parser back
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
