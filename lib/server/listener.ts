/**
 * The Listener: the public object of `io.listen`, which wires the parts of the server together.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HandshakeVerifier } from '../access/handshake-verifier.js';
import { Origins, type OriginDecision } from '../access/origins.js';
import { ProxyTrust } from '../access/proxy-trust.js';
import { REFUSAL_CODES, type Refusal } from '../access/refusal.js';
import { SessionLimiter } from '../access/session-limiter.js';
import { serverDefaults } from '../options/server-defaults.js';
import { resolveOptions, type ListenerOptions, type ResolvedOptions } from '../options.js';
import type { ListenerParts } from '../bridge/listener-port.js';
import type { BusState } from '../cluster/cluster-host.js';
import { collectStats } from '../metrics/collect.js';
import { Counters } from '../metrics/counters.js';
import { recordBus, recordClose, recordOpen, recordRefusal } from '../metrics/record.js';
import type { ListenerStats } from '../metrics/stats.js';
import { Broadcaster } from '../rooms/broadcaster.js';
import { excludedIds, excludeFilter } from '../rooms/exclude.js';
import { Rooms } from '../rooms/rooms.js';
import type { Client, Host } from '../session/client.js';
import { RateLimiter } from '../session/flow/rate-limiter.js';
import type { DisconnectReason } from '../session/state.js';
import { emitEnd, rethrowAsync } from '../events/emit.js';
import { NamedEvent } from '../events/event-channel.js';
import { toShared } from '../session/events/to-shared.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { Endpoint, type EndpointOptions } from '../session/v1/endpoint.js';
import { checkClientFolder } from '../static/client-folder.js';
import { answerInlinePolicy } from '../static/flash-policy-inline.js';
import { joinPolicyServer } from '../static/flash-policy-server.js';
import { shortId } from '../util/log.js';
import { Timers } from '../util/timers.js';
import { ServerAttachment, type RequestHandler } from './attachment.js';
import { awaitable, type Closing } from './closing/awaitable.js';
import { answerHealth } from './closing/health.js';
import { checkOver, Shutdown, type CloseOptions } from './closing/shutdown.js';
import { toServer, type Listenable } from './listenable.js';
import { joinCluster, type Joined } from './join-cluster.js';
import type { ListenerEvents } from './listener-events.js';
import { NO_HEAD, Router, type RouterHost } from './router.js';
import { SessionRegistry } from './session-registry.js';

// Loaded for the first request, because it loads zlib and crypto.
const loadClientFiles = (): typeof import('../static/client-files.js') =>
  require('../static/client-files.js') as typeof import('../static/client-files.js');

// The listener methods have types for our events, and accept all others.
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
export class Listener extends Broadcaster implements Host, RouterHost {
  /** The HTTP server. */
  readonly server: Server;
  /** The options with their defaults filled in. */
  readonly options: ResolvedOptions;
  /** True from `close` on: a health check of the application answers 503 then. */
  draining = false;
  /** Connected clients by session id. */
  readonly clients: Record<string, Client>;

  /** @internal */ readonly _timers: Timers;
  /** @internal */ readonly _limiter: SessionLimiter;
  /** @internal */ readonly _rooms: Rooms;
  /** @internal */ readonly _rates: RateLimiter | null;
  /** @internal */ readonly _counters: Counters = new Counters(REFUSAL_CODES);
  readonly #origins: Origins;
  readonly #proxies: ProxyTrust;
  readonly #registry: SessionRegistry;
  readonly #verifier: HandshakeVerifier;
  readonly #router: Router;
  readonly #handler: RequestHandler;
  readonly #joined: Joined | null;
  readonly #endpoints = new Map<string, Endpoint>();
  #leavePolicies: readonly (() => void)[] = [];
  readonly #shutdown: Shutdown;

  /**
   * @throws {TypeError} If `server` is not a server, or an option is of the wrong type.
   * @throws {RangeError} If an option is out of range.
   * @throws {Error} `ERR_SIO_RESOURCE_IN_USE` if the server has a Listener with the same resource.
   */
  constructor(server: Listenable, options?: ListenerOptions) {
    super();
    this.options = resolveOptions(options, serverDefaults(server));
    this.server = toServer(server);
    this._timers = new Timers(this.options.clock);
    this._rates = RateLimiter.of(this.options, () => this.options.clock.now());
    this.#proxies = new ProxyTrust(this.options.trustProxy);
    this._limiter = new SessionLimiter(this.options, this.#proxies);
    this.#origins = new Origins(this.options.origins);
    this.#registry = new SessionRegistry(this.options, this._limiter);
    this.clients = this.#registry.clients;
    this._rooms = new Rooms(this.#registry);
    this._groups.push(this._rooms);
    this.#joined = joinCluster(
      this.options,
      {
        localGroups: () => this._groups.filter(({ isLocal }) => isLocal),
        sendToEndpoint: (name, packet, except) =>
          this.#endpoints.get(name)?._sendLocal(packet, except),
        sessionCount: () => this.#registry.size,
        emit: (event, ...args) => {
          recordBus(this, event, args);
          this.#emitSafely(event, ...(args as never));
        },
      },
      ({ request, target, isUpgrade, head }, origin) => {
        this.#proxies.setForwarded(request, origin);
        return this.check(request, target, isUpgrade, head);
      },
      (refused) => this._onRefused(refused),
    );
    if (this.#joined) this._groups.push(this.#joined.cluster);
    this.#registry.tag = this.#joined?.forwarding?.tag ?? '';
    this.#verifier = new HandshakeVerifier(this.options, this._limiter, this._timers);
    this.#router = new Router(this, {
      origins: this.#origins,
      proxies: this.#proxies,
      limiter: this._limiter,
      verifier: this.#verifier,
      registry: this.#registry,
      endpoints: this.#endpoints,
      forwarding: this.#joined?.forwarding ?? null,
    });
    addEventOptions(this, this.options);
    this.#handler = this.#createHandler();
    this.#shutdown = new Shutdown({
      server: this.server,
      handler: this.#handler,
      registry: this.#registry,
      verifier: this.#verifier,
      limiter: this._limiter,
      router: this.#router,
      timers: this._timers,
      now: () => this.options.clock.now(),
      groups: () => this._groups,
      isForwarded: this.#joined?.forwarding != null,
      onEnd: () => this.#leavePolicyServers(),
      onClosed: () => this.#joined?.close(),
    });
    ServerAttachment.for(this.server).attach(this.#handler);
    if (this.#router.offers('flashsocket')) this.#offerPolicy();
    if (this.server.listening) this.#onListening();
    else this.server.once('listening', this.#onListening);
  }

  /** The state of the bus; null without one. */
  get bus(): BusState | null {
    return this.#joined?.cluster ?? null;
  }

  /**
   * Returns the figures of this process: sessions by generation, transport and state, messages, bytes,
   * refusals, ends, the bus. It reads all sessions: call it for a scrape or a page, not for a message.
   *
   * @example setInterval(() => console.log(listener.stats().sessions.byProtocol), 10_000);
   */
  stats(): ListenerStats {
    return collectStats(this, this.#registry.all());
  }

  /** `clients` under its second name in 0.6. */
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
    return this.#broadcast(toShared(message), except);
  }

  /**
   * Sends a named event to every client; see `client.events`.
   *
   * @param except as for `broadcast`
   * @throws {TypeError} If an argument cannot become JSON.
   * @example listener.broadcastEvent('news', ['hello', 1]);
   */
  broadcastEvent(
    name: string,
    args: readonly unknown[] = [],
    except?: string | number | readonly (string | number)[] | null,
  ): this {
    return this.#broadcast(toShared(new NamedEvent(name, args)), except);
  }

  /**
   * Declares an endpoint, which clients of 0.7 to 0.9 may join by its name, or returns it.
   *
   * @param name `/chat` for example, without colons and question marks
   * @throws {TypeError} If the name is not such a text.
   * @example listener.of('/chat').on('connection', (client) => client.send('welcome'));
   */
  of(name: string, options: EndpointOptions = {}): Endpoint {
    let endpoint = this.#endpoints.get(name);
    if (endpoint) endpoint._configure(options);
    else {
      endpoint = new Endpoint(name, options, this.#joined?.cluster);
      this.#endpoints.set(name, endpoint);
    }
    return endpoint;
  }

  /**
   * Ends all sessions, and detaches from the HTTP server and from port 843. The server itself stays
   * open.
   *
   * What was sent before is delivered. A client that is between two polls gets it with its next
   * poll, within `closeTimeout`: until then such clients are served, and no others.
   *
   * With `over`, new sessions are refused from now on with 503 and `Retry-After`, and the sessions end
   * one after the other, evenly over this time, so that their clients do not reconnect at the same
   * moment. What is left ends when the time is over. `draining` is true meanwhile, and `healthPath` is
   * answered with 503.
   *
   * @returns the Listener, which can be awaited here: resolves when all responses and close frames
   *   have been sent or dropped
   * @throws {TypeError|RangeError} If `over` is not a number of milliseconds from 0 to 2147483647.
   * @example process.once('SIGTERM', async () => {
   *   await listener.close({ over: 30_000 });
   *   server.close();
   * });
   */
  close({ over = 0 }: CloseOptions = {}): Closing<this> {
    const ms = checkOver(over);
    this.server.off('listening', this.#onListening);
    this.draining = true;
    return awaitable(this, this.#shutdown.close(ms));
  }

  /**
   * Handles a request or an upgrade if it is for this Listener.
   *
   * @returns false if it is not: the application may handle it
   */
  check(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade = false,
    head: Buffer = NO_HEAD,
  ): boolean {
    return this.#router.route(request, target, isUpgrade, head);
  }

  /** Serves one of the client files. 0.6 had this method, and dnode called it for the script. */
  _serveClient(file: string, request: IncomingMessage, response: ServerResponse): boolean {
    // dnode calls it with an object of its own.
    const options = this.options as ResolvedOptions | undefined;
    const script = options?.clientScript ?? null;
    return loadClientFiles().serveClientFile(file, request, response, script);
  }

  /** Handles a request without a session id. Applications of 0.6 replace it. */
  _onConnection(
    transport: string,
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade = false,
    head: Buffer = NO_HEAD,
    origin?: OriginDecision,
  ): void {
    this.#router.begin(transport, request, target, isUpgrade, head, origin);
  }

  /** @internal For bridges to other servers. */
  get _parts(): ListenerParts {
    return {
      host: this,
      origins: this.#origins,
      verifier: this.#verifier,
      limiter: this._limiter,
      isSecure: (request) => this.#proxies.isSecure(request),
      onRefused: (refusal) => this._onRefused(refusal),
      addGroup: (group) => this._addGroup(group),
      addOwner: (owns) => ServerAttachment.for(this.server).addOwner(owns),
    };
  }

  /** @internal */
  _addressOf(request: IncomingMessage): string | undefined {
    return this.#proxies.addressOf(request);
  }

  /** @internal */
  _onRefused(refusal: Refusal): void {
    recordRefusal(this, refusal);
    this.#emitSafely('refused', refusal);
  }

  /** @internal */
  _onClientConnect(client: Client): void {
    this.#registry.add(client);
    recordOpen(this, client);
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
    this._rooms.clear(client);
    this.#registry.remove(client);
    recordClose(this, client, reason);
    this.options.log(`Client ${shortId(client.sessionId)} disconnected (${reason})`);
    emitEnd(this, 'clientDisconnect', [client], reason);
    this.#shutdown.onSessionEnd();
  }

  #createHandler(): RequestHandler {
    // Through `check`, because programs of 2011 replace that method.
    return {
      resource: this.options.resource,
      handleRequest: (request, response) =>
        answerHealth(request, response, this.options.healthPath, this.draining) ||
        this.check(request, response),
      handleUpgrade: (request, socket, head) => this.check(request, socket, true, head),
      rejectUnsupported: (request, target) => this.#router.rejectUnsupported(request, target),
      onServerClose: () => this.#shutdown.onServerClose(),
    };
  }

  readonly #onListening = (): void => {
    checkClientFolder(this.options.log, this.options.resource);
    this.options.log('socket.io ready - accepting connections');
  };

  #leavePolicyServers(): void {
    for (const leave of this.#leavePolicies) leave();
    this.#leavePolicies = [];
  }

  #offerPolicy(): void {
    const entries = (): readonly string[] => this.#origins.entries;
    const leave = [answerInlinePolicy(this.server, entries)];
    if (this.options.flashPolicyServer) leave.push(joinPolicyServer(entries, this.options.log));
    this.#leavePolicies = leave;
  }

  #broadcast(shared: SharedPayload, except: Parameters<Listener['broadcast']>[1]): this {
    const isLeftOut = excludeFilter(except);
    for (const client of this.#registry.values()) {
      if (!isLeftOut?.(client.sessionId)) client._sendShared(shared);
    }
    if (this._groups.length > 1) this._sendElsewhere(shared, excludedIds(except));
    return this;
  }

  #emitSafely<E extends keyof ListenerEvents>(event: E, ...args: ListenerEvents[E]): void {
    try {
      this.emit(event, ...args);
    } catch (error) {
      rethrowAsync(error);
    }
  }
}

/** Adds the listeners in options such as `onClientConnect: fn`, as the README of 2010 had it. */
function addEventOptions(listener: Listener, options: ResolvedOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'function' || !/^on[A-Z]/.test(name)) continue;
    listener.on(name.charAt(2).toLowerCase() + name.slice(3), value as () => void);
  }
}
