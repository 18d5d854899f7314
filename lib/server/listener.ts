/**
 * The Listener: knows its clients, finds out what a request wants, and hands it on.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createDebug } from '../util/debug.js';
import { SessionLimiter } from '../access/session-limiter.js';
import { toServer, type Listenable } from './listenable.js';
import { SharedPayload } from '../session/shared-payload.js';
import { Client } from '../session/client.js';
import type { SessionOptions } from '../session/timings.js';
import { ServerAttachment, type RequestHandler } from './attachment.js';
import { answerInlinePolicy } from '../static/flash-policy-inline.js';
import { joinPolicyServer } from '../static/flash-policy-server.js';
import { excludeFilter } from './except.js';
import { encode } from '../protocol/frames.js';
import { HandshakeVerifier } from '../access/handshake-verifier.js';
import { detectVersion } from '../protocol/versions.js';
import { emitWithReason, rethrowAsync } from '../session/emit.js';
import { shortId } from '../util/log.js';
import { resolveOptions, type ListenerOptions, type ResolvedOptions } from '../options.js';
import { corsRecord, originLogLine, Origins, shownOrigin } from '../access/origins.js';
import type { DisconnectReason } from '../session/disconnect-reason.js';
import { answerRefusal, refusal, type Refusal, type RefusalCode } from '../access/refusal.js';
import { parseRoute, requestPath, describeRequest } from '../protocol/url.js';
import { HeaderInterner } from './header-interner.js';
import { Timers } from '../util/timers.js';
import { BUILT_IN, selectTransports } from '../transports/index.js';
import type { Transport, TransportHost, TransportType } from '../transports/transport.js';

const debug = createDebug('socket.io:listener');
/** What stands in a path by itself, and in a line of an event stream. */
const USABLE_ID = /^[\w!$&'()*+,.:;=@-]+$/;
const NO_HEAD: Buffer = Buffer.alloc(0);

// Loaded for the first request: with it come zlib and crypto.
const loadClientFiles = (): typeof import('../static/client-files.js') =>
  require('../static/client-files.js') as typeof import('../static/client-files.js');

/** Events of a Listener; `this` in a handler is the Listener. */
export interface ListenerEvents {
  /** A client has connected; before `connection`. */
  clientConnect: [client: Client];
  /** A client has connected. */
  connection: [client: Client];
  /** A client has sent a message; after the client's own `message`. */
  clientMessage: [message: unknown, client: Client];
  /** A client is gone, and no longer in `clients`. */
  clientDisconnect: [client: Client, reason: DisconnectReason];
  /** A request was turned away. */
  refused: [refusal: Refusal];
}

// The listener methods know our events, and let any other pass.
export interface Listener {
  on<E extends keyof ListenerEvents>(
    event: E,
    listener: (this: Listener, ...args: ListenerEvents[E]) => void,
  ): this;
  on(event: string | symbol, listener: (...args: never[]) => void): this;
  once<E extends keyof ListenerEvents>(
    event: E,
    listener: (this: Listener, ...args: ListenerEvents[E]) => void,
  ): this;
  once(event: string | symbol, listener: (...args: never[]) => void): this;
}

/**
 * Listens on an HTTP server for clients, below `options.resource`.
 *
 * @example
 * const server = http.createServer(app);
 * const listener = new io.Listener(server, { origins: 'example.com:*' });
 * listener.on('connection', (client) => client.send('hello'));
 * server.listen(8080);
 */
export class Listener extends EventEmitter implements TransportHost, RequestHandler {
  /** The HTTP server. */
  readonly server: Server;
  /** The options with their defaults filled in. */
  readonly options: ResolvedOptions;
  /** Connected clients by session id. */
  readonly clients: Record<string, Client> = {};

  /** @internal */ readonly _timers: Timers;
  /** @internal */ readonly _origins: Origins;
  /** @internal */ readonly _limiter: SessionLimiter;
  readonly #sessions = new Map<string, Client>();
  readonly #transports: ReadonlyMap<string, TransportType>;
  readonly #timings = new Map<TransportType, Readonly<SessionOptions>>();
  readonly #prefix: string;
  readonly #verifier: HandshakeVerifier;
  readonly #headers = new HeaderInterner();
  #leavePolicies: readonly (() => void)[] = [];

  /**
   * @throws {TypeError} If `server` is no server, or an option is of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(server: Listenable, options?: ListenerOptions) {
    super();
    this.options = resolveOptions(options);
    this.server = toServer(server);
    this._timers = new Timers(this.options.clock);
    this._origins = new Origins(this.options.origins);
    this._limiter = new SessionLimiter(this.options);
    this.#verifier = new HandshakeVerifier(this.options, this._limiter, this._timers);
    this.#prefix = `/${this.options.resource}/`;
    this.#transports = selectTransports(this.options.transports);
    for (const type of this.#transports.values()) {
      const given = this.options.transportOptions[type.transportName];
      this.#timings.set(type, Object.freeze({ ...type.defaults, ...given }));
    }
    addEventOptions(this, this.options);
    ServerAttachment.for(this.server).attach(this);
    if (this.#transports.has('flashsocket')) this.#offerPolicy();
    this.options.log('socket.io ready - accepting connections');
  }

  /** The clients by another name that 0.6 had. */
  get clientsIndex(): Record<string, Client> {
    return this.clients;
  }

  /**
   * Sends a message to every client.
   *
   * @param except session id, or session ids, to leave out
   * @throws {TypeError} If an object cannot become JSON.
   * @example listener.broadcast({ announcement: 'hello' }, client.sessionId);
   */
  broadcast(
    message: unknown,
    except?: string | number | readonly (string | number)[] | null,
  ): this {
    const broadcast = new SharedPayload(encode(message));
    const isLeftOut = excludeFilter(except);
    for (const client of this.#sessions.values()) {
      if (!isLeftOut?.(client.sessionId)) client._sendShared(broadcast);
    }
    return this;
  }

  /** Ends every session, lets go of the HTTP server and of port 843. The server itself stays. */
  close(): this {
    ServerAttachment.for(this.server).detach(this);
    this._onServerClose();
    // One that is closing has let go of idle connections before these polls were answered.
    if (!this.server.listening) this.server.closeIdleConnections?.();
    return this;
  }

  /**
   * Looks at a request or upgrade, and deals with it if it is ours.
   *
   * @returns false if it is not: the application may have it.
   */
  check(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade = false,
    head: Buffer = NO_HEAD,
  ): boolean {
    const url = requestPath(request.url ?? '');
    if (!url.startsWith(this.#prefix)) return false;
    const route = parseRoute(url, this.#prefix.length);
    const type = this.#transports.get(route.transport);
    if (!type) {
      const served = !isUpgrade && this._serveClient(route.path, request, target as ServerResponse);
      if (!served) this.#explain(route.transport);
      return served;
    }
    // Other requests, polls mostly, are not kept for long.
    if (isUpgrade || route.sessionId === '') this.#headers.internHeaders(request);
    if (isUpgrade && !this._origins.allows(request.headers.origin)) {
      this._refuse('ERR_SIO_FORBIDDEN_ORIGIN', request, target);
      return true;
    }
    if (route.sessionId === '') {
      this._onConnection(type.transportName, request, target, isUpgrade, head);
      return true;
    }
    const client = this.#sessions.get(route.sessionId);
    const isOurs =
      client?._type === type && this._origins.bindOrigin(client, request.headers.origin);
    // A preflight comes without cookies and asks for nothing of the session, nor does a goodbye.
    const isGoodbye = request.method === 'POST' && route.rest === 'close';
    if (!isOurs && !isGoodbye && request.method !== 'OPTIONS') {
      this.options.log(`No client has the session id ${shortId(route.sessionId)}`);
      // Pages of other origins must see the status too: it tells the client to begin anew.
      const cors = isUpgrade ? {} : corsRecord(this._origins, request);
      this._refuse('ERR_SIO_UNKNOWN_SESSION', request, target, cors);
      return true;
    }
    const owner = isOurs ? client : undefined;
    this.#handle(type, owner, request, target, isUpgrade, head, route.rest);
    return true;
  }

  /** @internal A client of a later Socket.IO learns why it can't connect, and so does the log. */
  _rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean {
    const url = requestPath(request.url ?? '');
    if (!url.startsWith(this.#prefix)) return false;
    const generation = detectVersion(url, this.#prefix.length);
    if (generation === null) return false;
    this.options.log(`Refused a client of ${generation}: this server speaks 0.5 and 0.6`);
    // Without CORS headers, pages of other origins are told of that and not of the version.
    const cors = corsRecord(this._origins, request);
    this._refuse('ERR_SIO_UNSUPPORTED_VERSION', request, target, cors);
    return true;
  }

  /** Answers with one of the client's files; 0.6 had it here, and dnode borrowed it for the script. */
  _serveClient(file: string, request: IncomingMessage, response: ServerResponse): boolean {
    return loadClientFiles().serveClientFile(file, request, response);
  }

  /** A request without a session id: the beginning of a session. Open to patching, as in 0.6. */
  _onConnection(
    transport: string,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade = false,
    head: Buffer = NO_HEAD,
  ): void {
    const type = this.#transports.get(transport);
    if (!type) return;
    const lastId = request.headers['last-event-id'];
    const client = typeof lastId === 'string' ? this.#sessions.get(lastId) : undefined;
    const isOurs =
      client?._type === type && this._origins.bindOrigin(client, request.headers.origin);
    const resumed = isOurs ? client : undefined;
    // A copy if it has to wait: the head is a slice of a much larger buffer.
    const kept = this.options.authorize ? Buffer.from(head) : head;
    const handle = (): void => this.#handle(type, resumed, request, target, isUpgrade, kept, '');
    if (resumed || (!isUpgrade && request.method !== 'GET')) {
      handle();
      return;
    }
    this.options.log(`Initializing client with transport "${transport}"`);
    this.#verifier.verify(request, target, handle, (code, own) =>
      this._refuse(code, request, target, {}, own),
    );
  }

  /** @internal */
  _open(connection: Transport): void {
    const sessionId = this.#makeId(connection.request);
    if (sessionId === null) {
      connection.socket.destroy();
      return;
    }
    const timings = this.#timings.get(connection.type) ?? connection.type.defaults;
    const client = new Client(this, sessionId, connection, connection.type, timings);
    connection.session = client;
    this._origins.bindOrigin(client, connection.request.headers.origin);
    client._attach(connection);
  }

  /** @internal */
  _refuse(
    code: RefusalCode,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    headers?: Readonly<Record<string, string>>,
    own?: { readonly status: number; readonly message: string },
  ): void {
    const why = refusal(code, request, own);
    if (debug.enabled) {
      const from = `${describeRequest(request, this.#prefix.length)}, origin ${shownOrigin(request) ?? 'none'},`;
      debug('%s answered %d %s', from, why.status, code);
    }
    if (code === 'ERR_SIO_FORBIDDEN_ORIGIN' || code === 'ERR_SIO_UNAUTHORIZED_ORIGIN') {
      this.options.log(originLogLine(request));
    }
    answerRefusal(why, target, headers);
    this.#emitSafely('refused', why);
  }

  /** @internal */
  _onClientConnect(client: Client): void {
    this._limiter.add(client, client.request);
    this.#sessions.set(client.sessionId, client);
    this.clients[client.sessionId] = client;
    this.options.log(`Client ${shortId(client.sessionId)} connected`);
    this.#emitSafely('clientConnect', client);
    this.#emitSafely('connection', client);
  }

  /** @internal */
  _onClientMessage(message: unknown, client: Client): void {
    this.#emitSafely('clientMessage', message, client);
  }

  /** @internal */
  _onClientDisconnect(client: Client, reason: DisconnectReason): void {
    this._limiter.remove(client);
    this.#sessions.delete(client.sessionId);
    delete this.clients[client.sessionId];
    this.options.log(`Client ${shortId(client.sessionId)} disconnected (${reason})`);
    try {
      emitWithReason(this, 'clientDisconnect', [client], reason);
    } catch (error) {
      rethrowAsync(error);
    }
  }

  /** @internal */
  _onServerClose(): void {
    for (const leave of this.#leavePolicies) leave();
    this.#leavePolicies = [];
    this.#verifier.close();
    for (const client of this.#sessions.values()) client._end('server close');
  }

  #handle(
    type: TransportType,
    client: Client | undefined,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
    rest: string,
  ): void {
    if (debug.enabled)
      debug('%s%s', describeRequest(request, this.#prefix.length), isUpgrade ? ' upgrade' : '');
    const response = isUpgrade ? null : (target as ServerResponse);
    const socket = isUpgrade ? (target as Socket) : request.socket;
    type.handle({ host: this, type, client, request, response, socket, head, rest });
  }

  /** Null if the application's generator fails: a session without an id of its own cannot be. */
  #makeId(request: IncomingMessage): string | null {
    try {
      const id: unknown = this.options.generateId(request);
      if (typeof id !== 'string' || !USABLE_ID.test(id)) {
        throw new TypeError(`Expected \`generateId\` to return URL-safe text, got ${String(id)}`);
      }
      if (this.#sessions.has(id)) throw new Error(`The session id ${shortId(id)} is in use`);
      return id;
    } catch (error) {
      rethrowAsync(error);
      return null;
    }
  }

  /** Tells whoever looks for the reason why a transport does not answer. */
  #explain(transport: string): void {
    const offered = [...this.#transports.keys()].join(', ');
    if (BUILT_IN.has(transport)) {
      this.options.log(`A client asks for transport "${transport}"; \`transports\` has ${offered}`);
    } else if (debug.enabled) {
      debug('left to the application: %j is none of %s', transport.slice(0, 40), offered);
    }
  }

  #offerPolicy(): void {
    const entries = (): readonly string[] => this._origins.entries;
    const leave = [answerInlinePolicy(this.server, entries)];
    if (this.options.flashPolicyServer) leave.push(joinPolicyServer(entries, this.options.log));
    this.#leavePolicies = leave;
  }

  #emitSafely<E extends keyof ListenerEvents>(event: E, ...args: ListenerEvents[E]): void {
    try {
      this.emit(event, ...args);
    } catch (error) {
      rethrowAsync(error);
    }
  }
}

/** `onClientConnect: fn` and the like, as the README of 2010 had it. */
function addEventOptions(listener: Listener, options: ResolvedOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'function' || !/^on[A-Z]/.test(name)) continue;
    listener.on(name.charAt(2).toLowerCase() + name.slice(3), value as () => void);
  }
}
