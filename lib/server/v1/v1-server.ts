/**
 * Serves Socket.IO 0.7 to 0.9 below the resource: `1/` is a handshake, `1/TRANSPORT/SID` a session.
 * The connections are those of 0.6, with other packets in them.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { originOfUrl } from '../../access/origin-rule.js';
import { originLogLine, type OriginDecision } from '../../access/origins.js';
import { answerRefusal, refusal, refusalHeaders, type RefusalCode } from '../../access/refusal.js';
import { requestPath } from '../../protocol/url.js';
import {
  encodeHandshake,
  parseAddress,
  parseQuery,
  type Address,
} from '../../protocol/v1/index.js';
import { warnOfHook } from '../../access/hook-warning.js';
import { sessionId as randomId } from '../../session/session-id.js';
import { ClientV1, type SessionContext } from '../../session/v1/client-v1.js';
import { HandshakeData } from '../../session/v1/handshake-data.js';
import { addHeaders, NO_STORE } from '../../transports/http/io/response-headers.js';
import { preflight } from '../../transports/http/http-transport.js';
import type { Transport } from '../../transports/transport.js';
import type {
  Exchange,
  TransportHost,
  TransportServer,
  TransportType,
} from '../../transports/transport-server.js';
import { corsHeadersV1, V1_TRANSPORTS } from '../../transports/v1/index.js';
import { shortId } from '../../util/log.js';
import type { RouterHost } from '../router.js';
import type { V1Parts } from './claim.js';
import {
  answerHandshake,
  HANDSHAKE_FAILED,
  handshakeRefusal,
  jsonpIndex,
  type HandshakeRefusal,
} from './handshake-answer.js';
import { PendingSessions } from './pending-sessions.js';
import { timingsOf } from './timings.js';

const VERSION = '1';
const WRONG_VERSION = { status: 500, message: 'Protocol version not supported.' };
const ALLOWED_METHODS = { Allow: 'GET, HEAD, POST, OPTIONS' };
/** Client not handshaken; advice: reconnect. */
const NOT_HANDSHAKEN = '7:::1+0';
/** Fields of a handshake are separated by colons, and clients read a short line. */
const USABLE_ID = /^[^:]{1,256}$/;

interface Offer {
  readonly type: TransportType;
  readonly server: TransportServer;
}

export class V1Server {
  readonly #host: RouterHost;
  readonly #parts: V1Parts;
  readonly #start: number;
  readonly #context: SessionContext;
  readonly #pending: PendingSessions;
  readonly #transportHost: TransportHost;
  readonly #offers = new Map<string, Offer>();

  constructor(host: RouterHost, parts: V1Parts, transportHost: TransportHost) {
    this.#host = host;
    this.#parts = parts;
    this.#start = `/${host.options.resource}/`.length;
    this.#pending = new PendingSessions(host._timers);
    this.#transportHost = {
      ...transportHost,
      open: (connection) => this.#open(connection),
      // Its session is counted since its own handshake.
      acquireHandshake: (request) => transportHost.acquireHandshake(request, false),
    };
    for (const choice of host.options.transports) {
      const type = V1_TRANSPORTS.get(typeof choice === 'string' ? choice : '');
      if (!type) continue;
      const server = type.create(this.#transportHost);
      this.#offers.set(type.transportName, { type, server });
    }
    const types = [...this.#offers.values()].map(({ type }) => type);
    const timings = types.map((type) => [type, timingsOf(type, host.options.protocol1)] as const);
    this.#context = { endpoints: parts.endpoints, timings: new Map(timings) };
  }

  /** Handles a request or an upgrade below the resource whose path begins with a number. */
  handle(exchange: Exchange): void {
    const { request, response, socket } = exchange;
    const target = response ?? socket;
    const address = parseAddress(requestPath(request.url ?? ''), this.#start);
    if (address === null) {
      this.#refuse('ERR_SIO_BAD_REQUEST', request, target);
    } else if (address.version !== VERSION) {
      this.#refuse('ERR_SIO_UNSUPPORTED_VERSION', request, target, {}, WRONG_VERSION);
    } else if (address.sessionId !== '') {
      this.#handleSession(address, exchange);
    } else if (response) {
      this.#handshake(request, response, address.query);
    } else {
      this.#refuse('ERR_SIO_BAD_REQUEST', request, socket);
    }
  }

  close(): void {
    this.#pending.clear();
    for (const { server } of this.#offers.values()) server.close?.();
  }

  #handshake(request: IncomingMessage, response: ServerResponse, query: string): void {
    this.#parts.interner.internHeaders(request);
    this.#parts.interner.internParsedHeaders(request);
    const origin = this.#decideHandshake(request);
    const cors = corsHeadersV1(request, origin);
    if (request.method === 'OPTIONS') {
      preflight({ request, response }, cors, '');
      return;
    }
    if (request.method === 'HEAD') {
      // HEAD is a safe method: it opens no session, and does not call `authorize`.
      const headers = addHeaders({ 'Content-Type': 'text/plain', 'Cache-Control': NO_STORE }, cors);
      response.writeHead(origin.isAllowed ? 200 : 403, headers);
      response.end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      this.#refuse('ERR_SIO_BAD_METHOD', request, response, ALLOWED_METHODS);
      return;
    }
    const index = jsonpIndex(request, query);
    const refuse = (code: RefusalCode, own?: HandshakeRefusal): void => {
      const why = refusal(code, request, handshakeRefusal(code, own));
      if (code === 'ERR_SIO_FORBIDDEN_ORIGIN') this.#host.options.log(originLogLine(request));
      answerHandshake(response, why, index, [
        ...cors,
        ...Object.entries(refusalHeaders(code)).flat(),
      ]);
      this.#host._onRefused(why);
    };
    if (!origin.isAllowed) {
      refuse('ERR_SIO_FORBIDDEN_ORIGIN');
      return;
    }
    const address = this.#parts.interner.intern(this.#host._addressOf(request) ?? '');
    const { authorize, generateId } = this.#host.options;
    const isSeen = authorize !== undefined || generateId !== randomId;
    const isSecure = this.#transportHost.isSecure(request);
    const data = new HandshakeData(request, address, isSecure, isSeen);
    this.#parts.origins.bind(data, request, origin);
    this.#parts.verifier.verify(
      request,
      response,
      () => {
        const sessionId = this.#makeId(request);
        const release = sessionId === null ? null : this.#parts.limiter.acquire(request);
        if (sessionId === null) {
          refuse('ERR_SIO_UNAUTHORIZED', HANDSHAKE_FAILED);
        } else if (release === null) {
          refuse('ERR_SIO_TOO_MANY_HANDSHAKES');
        } else {
          this.#pending.add(sessionId, data, release);
          answerHandshake(response, { status: 200, message: this.#line(sessionId) }, index, cors);
        }
      },
      refuse,
    );
  }

  #line(sessionId: string): string {
    const { heartbeatTimeout, closeTimeout } = this.#host.options.protocol1;
    const transports = [...this.#offers.keys()];
    return encodeHandshake({
      sessionId,
      heartbeatTimeout: heartbeatTimeout || null,
      closeTimeout: closeTimeout || null,
      transports,
    });
  }

  #handleSession(address: Address, exchange: Exchange): void {
    const { request, response, socket } = exchange;
    const target = response ?? socket;
    // A script can be read by every page.
    const isReadable = address.transport === 'jsonp-polling';
    const origin = this.#parts.origins.decide(request, response === null, isReadable);
    if (response === null && !origin.isAllowed) {
      this.#refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, target);
      return;
    }
    const client = this.#find(address.sessionId, request, origin);
    if (address.query.includes('disconnect') && 'disconnect' in parseQuery(address.query)) {
      this.#disconnect(address.sessionId, client, exchange, origin);
      return;
    }
    const offer = this.#offers.get(address.transport);
    if (!offer) {
      this.#refuse('ERR_SIO_BAD_REQUEST', request, target);
      return;
    }
    if (request.headers['sec-websocket-version'] === '7') {
      // hybi-07 has the frames of hybi-08, which `ws` supports under this number.
      request.headers['sec-websocket-version'] = '8';
    }
    const host = this.#transportHost;
    offer.server.handle({ ...exchange, host, type: offer.type, client, rest: '', origin });
  }

  /**
   * A request with `?disconnect`, of a page that unloads. It is answered also if the session has
   * ended.
   */
  #disconnect(
    sessionId: string,
    client: ClientV1 | undefined,
    { request, response, socket }: Exchange,
    origin: OriginDecision,
  ): void {
    if (!response) {
      this.#refuse('ERR_SIO_UNEXPECTED_UPGRADE', request, socket);
      return;
    }
    if (!origin.isAllowed) {
      this.#refuse('ERR_SIO_UNAUTHORIZED_ORIGIN', request, response);
      return;
    }
    if (client) client._end('client close');
    else this.#pending.take(sessionId);
    const headers = { 'Content-Length': '0', 'Cache-Control': NO_STORE };
    response.writeHead(200, addHeaders(headers, corsHeadersV1(request, origin)));
    response.end();
  }

  #find(sessionId: string, request: IncomingMessage, origin: OriginDecision): ClientV1 | undefined {
    const client = this.#parts.registry.get(sessionId);
    if (!(client instanceof ClientV1)) return undefined;
    return this.#parts.origins.bind(client, request, origin) ? client : undefined;
  }

  /** The first connection of a session. Its handshake may have expired, or been used, meanwhile. */
  #open(connection: Transport): void {
    const { request } = connection;
    const sessionId = parseAddress(requestPath(request.url ?? ''), this.#start)?.sessionId ?? '';
    const handshake = this.#pending.take(sessionId);
    const client = this.#find(sessionId, request, connection.origin);
    if (client) {
      connection.session = client;
      client._attach(connection);
      return;
    }
    if (!handshake || this.#parts.isOver()) {
      this.#host.options.log(`No client has the session id ${shortId(sessionId)}`);
      connection.write(NOT_HANDSHAKEN);
      connection.close();
      return;
    }
    const opened = new ClientV1(this.#host, sessionId, connection, handshake, this.#context);
    connection.session = opened;
    opened._origin = handshake._origin;
    opened._attach(connection);
  }

  /** Null if the application's `generateId` fails, or returns what a handshake cannot carry. */
  #makeId(request: IncomingMessage): string | null {
    const sessionId = this.#parts.registry.makeId(request);
    if (sessionId === null) return null;
    if (USABLE_ID.test(sessionId) && !this.#pending.has(sessionId)) return sessionId;
    const message = `Expected \`generateId\` to return new text without colons, of at most 256 characters, got ${shortId(sessionId)}`;
    warnOfHook('generateId', 'ERR_SIO_GENERATE_ID_FAILED', new TypeError(message));
    return null;
  }

  /** With a list of origins a handshake has to name its page, in `Origin` or `Referer`. */
  #decideHandshake(request: IncomingMessage): OriginDecision {
    const { origins } = this.#parts;
    const { origin, referer } = request.headers;
    const page = origin ?? (referer === undefined ? undefined : originOfUrl(referer));
    const isAllowed = origins.allows(page ?? undefined);
    return { isAllowed, isOriginAllowed: isAllowed && origin !== undefined };
  }

  #refuse(
    code: RefusalCode,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    headers: Readonly<Record<string, string>> = {},
    own?: { readonly status: number; readonly message: string },
  ): void {
    const why = refusal(code, request, own);
    if (code === 'ERR_SIO_FORBIDDEN_ORIGIN' || code === 'ERR_SIO_UNAUTHORIZED_ORIGIN') {
      this.#host.options.log(originLogLine(request));
    }
    answerRefusal(why, target, headers);
    this.#host._onRefused(why);
  }
}
