/**
 * Routes a request to its transport, in this order: parse the URL, find the transport, decide about
 * the origin, find the session or verify the handshake, dispatch.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { corsRecord } from '../access/cors.js';
import type { HandshakeVerifier } from '../access/handshake-verifier.js';
import {
  mustRefuse,
  originLogLine,
  shownOrigin,
  unreadableLogLine,
  type OriginDecision,
  type Origins,
} from '../access/origins.js';
import {
  answerRefusal,
  refusal,
  unsupportedVersion,
  type Refusal,
  type RefusalCode,
} from '../access/refusal.js';
import type { ProxyTrust } from '../access/proxy-trust.js';
import type { SessionLimiter } from '../access/session-limiter.js';
import type { ResolvedOptions } from '../options.js';
import type { Forwarding } from '../forward/forwarding.js';
import type { SessionOptions } from '../session/timings.js';
import { parseRoute, requestPath, type Route } from '../protocol/url.js';
import { detectVersion } from '../protocol/versions.js';
import { Client, type Host } from '../session/client.js';
import { createDelivery } from '../session/delivery/create-delivery.js';
import type { DeliveryService } from '../session/delivery/delivery-service.js';
import type { Endpoint } from '../session/v1/endpoint.js';
import { BUILT_IN, createServer, selectTransports } from '../transports/index.js';
import type { Transport } from '../transports/transport.js';
import type {
  TransportHost,
  TransportServer,
  TransportType,
} from '../transports/transport-server.js';
import { captureContext } from '../util/async-context.js';
import { createDebug } from '../util/debug.js';
import { ignoreError } from '../util/ignore-error.js';
import { lingerIfEnded } from '../util/linger.js';
import { shortId } from '../util/log.js';
import { describeRequest } from './describe-request.js';
import { HeaderInterner } from './header-interner.js';
import { isHandshake } from './plain-request.js';
import type { SessionRegistry } from './session-registry.js';
import { protocol1 } from './v1/claim.js';

const debug = createDebug('socket.io:listener');
export const NO_HEAD: Buffer = Buffer.alloc(0);

/** What the router calls on its Listener; applications of 0.6 replace the first two. */
export interface RouterHost extends Host {
  _onConnection(
    transport: string,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
    origin: OriginDecision,
  ): void;
  _serveClient(file: string, request: IncomingMessage, response: ServerResponse): boolean;
  /** @internal A request was refused and answered. */
  _onRefused(refusal: Refusal): void;
}

/** The parts that decide about requests; a Listener has one of each. */
export interface RouterParts {
  readonly origins: Origins;
  readonly proxies: ProxyTrust;
  readonly limiter: SessionLimiter;
  readonly verifier: HandshakeVerifier;
  readonly registry: SessionRegistry;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly forwarding: Forwarding | null;
}

/** A transport as this Listener offers it. */
interface Offer {
  readonly type: TransportType;
  readonly host: TransportHost;
  readonly server: TransportServer;
  readonly timings: Readonly<SessionOptions>;
}

export class Router {
  readonly #host: RouterHost;
  readonly #options: ResolvedOptions;
  readonly #parts: RouterParts;
  readonly #prefix: string;
  readonly #types: ReadonlyMap<string, TransportType>;
  readonly #offers = new Map<string, Offer>();
  readonly #claimers: Offer[] = [];
  readonly #interner = new HeaderInterner();
  /** The ids of sessions that have not begun yet. */
  readonly #ids = new WeakMap<IncomingMessage, string>();
  /** Null unless the option `delivery` is on. */
  readonly #delivery: DeliveryService | null;
  #isClosed = false;
  #isStopped = false;

  constructor(host: RouterHost, parts: RouterParts) {
    this.#host = host;
    this.#options = host.options;
    this.#parts = parts;
    this.#prefix = `/${host.options.resource}/`;
    this.#types = selectTransports(host.options.transports);
    this.#delivery = createDelivery(host, (name) => this.#offers.get(name)?.timings);
    const { protocols } = host.options;
    if (protocols.includes('0.6')) for (const type of this.#types.values()) this.#add(type);
    if (protocols.includes('0.9')) {
      const own = { interner: this.#interner, isOver: () => this.#isClosed || this.#isStopped };
      this.#claimers.push(this.#offer(protocol1(host, { ...parts, ...own })));
    }
  }

  /** True if the option `transports` has the transport. */
  offers(transport: string): boolean {
    return this.#types.has(transport);
  }

  /**
   * Handles a request or an upgrade below the resource.
   *
   * @returns false if the request is not for a Listener: the application may handle it
   */
  route(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
  ): boolean {
    const url = requestPath(request.url ?? '');
    if (this.#isClosed || !url.startsWith(this.#prefix)) return false;
    const route = parseRoute(url, this.#prefix.length);
    const { forwarding } = this.#parts;
    if (forwarding?.forward(route, { request, target, isUpgrade, head }, this)) return true;
    if (this.#isStopped && !this.#hasSession(route)) return false;
    const offer = this.#offers.get(route.transport);
    if (!offer) return this.#routeOther(route, request, target, isUpgrade, head);
    const isNew = route.sessionId === '' || this.#parts.registry.isMergedPath(route);
    // This must happen before `headers` is read: reading it creates the strings. Other requests,
    // mostly polls, are kept only for a short time.
    if (isUpgrade || isNew) this.#interner.internHeaders(request);
    // Offers of other protocols, such as h2c, are ignored: the request is served as a plain one.
    const isBuiltIn = BUILT_IN.get(route.transport) === offer.type;
    if (isUpgrade && isBuiltIn && !isHandshake(request)) return false;
    if (lingerIfEnded(request, target, isUpgrade)) return true;
    // This must happen first: a connection reset must never cause an uncaught exception.
    target.on('error', ignoreError);
    const origin = this.#decide(request, isUpgrade, offer.type);
    if (mustRefuse(request, isUpgrade, offer.type.isReadableAcrossOrigins === true, origin)) {
      this.#refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, target);
      return true;
    }
    if (isNew) {
      this.#host._onConnection(route.transport, request, target, isUpgrade, head, origin);
      return true;
    }
    const client = this.#find(route.sessionId, offer.type, request, origin);
    // A preflight does not concern the session; a close request of an ended session is answered
    // like any other.
    const isClose = request.method === 'POST' && route.rest === 'close';
    const isOpening = isUpgrade || request.method === 'GET';
    const isStale = isOpening && client?._isStale(request) === true;
    // The transport answers a client that requests a session with delivery.
    const isAnswered = isOpening && this.#delivery?.hasKey(request) === true;
    const isUnknown = !client && !isClose && !isAnswered && request.method !== 'OPTIONS';
    if (isUnknown) this.#options.log(`No client has the session id ${shortId(route.sessionId)}`);
    if (isUnknown || isStale) {
      // Pages of other origins must see the status too: it makes the client begin a new session.
      const cors = isUpgrade ? {} : corsRecord(request, origin);
      const code = isStale ? 'ERR_SIO_STALE_ATTEMPT' : 'ERR_SIO_UNKNOWN_SESSION';
      this.#refuse(code, request, target, cors);
      return true;
    }
    this.#dispatch(offer, client, request, target, isUpgrade, head, route.rest, origin);
    return true;
  }

  /** Handles a request without a session id: resumes an event stream, or begins a session. */
  begin(
    transport: string,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
    decision?: OriginDecision,
  ): void {
    const offer = this.#offers.get(transport);
    if (!offer) return;
    const origin = decision ?? this.#decide(request, isUpgrade, offer.type);
    const lastId = request.headers['last-event-id'];
    const resumed =
      typeof lastId === 'string' ? this.#find(lastId, offer.type, request, origin) : undefined;
    if (resumed || (!isUpgrade && request.method !== 'GET')) {
      this.#dispatch(offer, resumed, request, target, isUpgrade, head, '', origin);
      return;
    }
    this.#options.log(`Initializing client with transport "${transport}"`);
    // Copied if `authorize` may have to be awaited: the head is a slice of a much larger buffer.
    const kept = this.#options.authorize ? Buffer.from(head) : head;
    // `authorize` may call back in another async context, such as that of a connection pool.
    const context = this.#options.authorize ? captureContext() : null;
    const accept = (): void => {
      // The id is made first: a response that has begun cannot become an error.
      const id = this.#parts.registry.makeId(request);
      if (id === null) {
        this.#refuse('ERR_SIO_NO_SESSION_ID', request, target);
        return;
      }
      this.#ids.set(request, id);
      this.#dispatch(offer, undefined, request, target, isUpgrade, kept, '', origin);
    };
    this.#parts.verifier.verify(
      request,
      target,
      context === null ? accept : () => context.runInAsyncScope(accept),
      (code, own) => this.#refuse(code, request, target, {}, own),
    );
  }

  /** Refuses an unclaimed request of a later version of Socket.IO, and sends the reason. */
  rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean {
    const url = requestPath(request.url ?? '');
    if (!url.startsWith(this.#prefix)) return false;
    const version = detectVersion(url, this.#prefix.length);
    if (version === null) return false;
    const own = unsupportedVersion(this.#options.protocols);
    this.#options.log(`Refused a client of ${version}: this server supports ${own.supported}`);
    // Without CORS headers, pages of other origins could not read the reason.
    const origin = this.#parts.origins.decide(request, false);
    const cors = corsRecord(request, origin);
    this.#refuse('ERR_SIO_UNSUPPORTED_VERSION', request, target, cors, own);
    return true;
  }

  /** From now on, only requests of existing sessions are served; all others are left to the app. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @param isFinal true if the Listener closes; false if its server has closed and may reopen */
  close(isFinal: boolean): void {
    this.#isClosed = isFinal;
    const offers = new Set([...this.#offers.values(), ...this.#claimers]);
    for (const { server } of offers) server.close?.();
  }

  #add(type: TransportType): void {
    const offer = this.#offer(type);
    this.#offers.set(type.transportName, offer);
    if (offer.server.claims) this.#claimers.push(offer);
  }

  #offer(type: TransportType): Offer {
    const given = this.#options.transportOptions[type.transportName];
    const timings = Object.freeze({ ...type.defaults, ...given });
    const { limiter } = this.#parts;
    const host: TransportHost = {
      options: this.#options,
      timers: this.#host._timers,
      counters: this.#host._counters,
      open: (connection) => this.#open(connection, timings),
      refuse: (code, request, target, headers) => this.#refuse(code, request, target, headers),
      acquireHandshake: (request, isNew) => limiter.acquire(request, isNew),
      isSecure: (request) => this.#parts.proxies.isSecure(request),
      logOrigin: (request) => this.#options.log(unreadableLogLine(request)),
    };
    return { type, host, server: createServer(type, host), timings };
  }

  #decide(request: IncomingMessage, isUpgrade: boolean, type: TransportType): OriginDecision {
    const isReadable = type.isReadableAcrossOrigins === true;
    return this.#parts.origins.decide(request, isUpgrade, isReadable);
  }

  /** True if a session has the id in the path; in protocol 1 it follows the transport. */
  #hasSession({ sessionId, rest }: Route): boolean {
    const { registry } = this.#parts;
    return [sessionId, rest.split('/', 1)[0] ?? ''].some((id) => registry.get(id) !== undefined);
  }

  /** The session with an id, if it belongs to this transport and to the origin of the request. */
  #find(
    sessionId: string,
    type: TransportType,
    request: IncomingMessage,
    origin: OriginDecision,
  ): Client | undefined {
    const client = this.#parts.registry.get(sessionId);
    if (!client?._accepts(type, request)) return undefined;
    return this.#parts.origins.bind(client, request, origin) ? client : undefined;
  }

  /** A path that does not begin with the name of a transport. */
  #routeOther(
    route: Route,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
  ): boolean {
    for (const offer of this.#claimers) {
      if (!offer.server.claims?.(route, request, isUpgrade)) continue;
      if (lingerIfEnded(request, target, isUpgrade)) return true;
      target.on('error', ignoreError);
      const origin = this.#parts.origins.decide(request, isUpgrade);
      this.#dispatch(offer, undefined, request, target, isUpgrade, head, route.rest, origin);
      return true;
    }
    const isServed =
      !isUpgrade && this.#host._serveClient(route.path, request, target as ServerResponse);
    if (!isServed) this.#explain(route.transport);
    return isServed;
  }

  #describe(request: IncomingMessage): string {
    const address = this.#parts.proxies.addressOf(request);
    return describeRequest(request, this.#prefix.length, address);
  }

  #dispatch(
    { type, host, server }: Offer,
    client: Client | undefined,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
    rest: string,
    origin: OriginDecision,
  ): void {
    if (debug.enabled) debug('%s%s', this.#describe(request), isUpgrade ? ' upgrade' : '');
    const response = isUpgrade ? null : (target as ServerResponse);
    const socket = isUpgrade ? (target as Socket) : request.socket;
    server.handle({ host, type, client, request, response, socket, head, rest, origin });
  }

  #open(connection: Transport, timings: Readonly<SessionOptions>): void {
    const { registry, origins } = this.#parts;
    const { request, response, socket } = connection;
    if (this.#delivery?.hasKey(request)) {
      this.#delivery.refuse(connection);
      return;
    }
    const sessionId = this.#ids.get(request) ?? registry.makeId(request);
    this.#ids.delete(request);
    if (this.#isClosed || this.#isStopped || sessionId === null || registry.get(sessionId)) {
      if (response && !response.headersSent) {
        this.#refuse('ERR_SIO_NO_SESSION_ID', request, response);
      } else {
        socket.destroy();
      }
      return;
    }
    const client =
      this.#delivery?.create(sessionId, connection, timings) ??
      new Client(this.#host, sessionId, connection, connection.type, timings);
    connection.session = client;
    origins.bind(client, request, connection.origin);
    client._attach(connection);
  }

  #refuse(
    code: RefusalCode,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    headers?: Readonly<Record<string, string>>,
    own?: { readonly status: number; readonly message: string },
  ): void {
    const why = refusal(code, request, own);
    if (debug.enabled) {
      const from = `${this.#describe(request)}, origin ${shownOrigin(request) ?? 'none'},`;
      debug('%s answered %d %s', from, why.status, code);
    }
    if (code === 'ERR_SIO_FORBIDDEN_ORIGIN' || code === 'ERR_SIO_UNAUTHORIZED_ORIGIN') {
      this.#options.log(originLogLine(request));
    }
    answerRefusal(why, target, headers);
    this.#host._onRefused(why);
  }

  /** Logs why a request below the resource is left to the application. */
  #explain(transport: string): void {
    const offered = [...this.#offers.keys()].join(', ');
    if (BUILT_IN.has(transport)) {
      this.#options.log(
        `A client requests transport "${transport}"; \`transports\` has ${offered}`,
      );
    } else if (debug.enabled) {
      debug('left to the application: %j is not one of %s', transport.slice(0, 40), offered);
    }
  }
}
