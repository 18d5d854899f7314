/**
 * Forwarding between the processes of a cluster, so that a load balancer need not be sticky: a request
 * for a session of another process is sent to that process by HTTP, which answers it by its own rules.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ForwardedOrigin } from '../access/proxy-trust.js';
import type { Route } from '../protocol/url.js';
import { ignoreError } from '../util/ignore-error.js';
import { joinAddress, splitAddress } from './address.js';
import { tokenOf, verify } from './credentials.js';
import { forwardUpgrade } from './forward-upgrade.js';
import { Forwarder } from './forwarder.js';
import { nodeOf, tagOf } from './session-tag.js';

const NO_HEAD: Buffer = Buffer.alloc(0);
/** Paths of protocol 1 begin with its number, and have the session id behind the transport. */
const PROTOCOL = /^\d/;

/**
 * A session may begin before its process has announced its address to the others: they look it up
 * again, at most 20 times, every 50 ms.
 */
const ATTEMPTS = 20;
const ATTEMPT_MS = 50;
/** The most requests that wait for an address. */
const MOST_WAITING = 1000;

/** A request or an upgrade. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly target: ServerResponse | Socket;
  readonly isUpgrade: boolean;
  readonly head: Buffer;
}

/** The parts of the Listener and of the cluster that forwarding needs. */
export interface ForwardingHost {
  /** The id of this process. */
  readonly node: string;
  /** The address at which another process accepts requests; undefined if it is not known. */
  addressOf(node: string): string | undefined;
  /** True if a process has left: its sessions have ended. */
  hasLeft(node: string): boolean;
  /** True if other processes may exist that are not known yet: after the start, and while the engine is down. */
  mayMiss(): boolean;
  /** Answers a request whose process is not known yet. */
  refuse(incoming: Incoming): void;
  /** Handles a request that another process has forwarded; false: it is not for a Listener. */
  handle(incoming: Incoming, origin: ForwardedOrigin): boolean;
  /** This process takes requests at this address from now on. */
  onListening(address: string): void;
}

/** Handles the requests that cannot be forwarded. */
interface Fallback {
  route(
    request: IncomingMessage,
    target: ServerResponse | Socket,
    isUpgrade: boolean,
    head: Buffer,
  ): boolean;
}

export class Forwarding {
  /** The end of the session ids that this process makes. */
  readonly tag: string;
  readonly #host: ForwardingHost;
  readonly #secret: string;
  readonly #forwarder = new Forwarder();
  readonly #server: Server;
  /** Requests whose process could not be reached. */
  readonly #failed = new WeakSet<IncomingMessage>();
  #waiting = 0;

  /** @param address where this process takes requests, `HOST` or `HOST:PORT` */
  constructor(address: string, secret: string, host: ForwardingHost) {
    this.tag = tagOf(host.node);
    this.#secret = secret;
    this.#host = host;
    this.#server = this.#listen(address);
  }

  /**
   * Forwards a request or an upgrade if its session id names another process. An event stream that is
   * resumed has the id in a header.
   *
   * @param fallback called if that process cannot be reached; the request is not forwarded again
   * @returns false if the id names this process, or none, or one that has left
   */
  forward(route: Route, incoming: Incoming, fallback: Fallback): boolean {
    const { request, target } = incoming;
    const node = nodeOf(sessionIdOf(route, request));
    if (node === null || node === this.#host.node || request.method === 'OPTIONS') return false;
    if (this.#failed.has(request) || this.#host.hasLeft(node)) return false;
    const address = this.#host.addressOf(node);
    target.on('error', ignoreError);
    if (address === undefined && this.#waiting >= MOST_WAITING) this.#host.refuse(incoming);
    else if (address === undefined) this.#await(node, incoming, fallback);
    else this.#send(node, address, incoming, fallback);
    return true;
  }

  /** Forwards a request when the address of its process is known. */
  #await(node: string, incoming: Incoming, fallback: Fallback): void {
    let attempts = 0;
    this.#waiting++;
    const timer = setInterval(() => {
      const address = this.#host.addressOf(node);
      const isOver = incoming.target.destroyed || ++attempts === ATTEMPTS;
      if (address === undefined && !isOver) return;
      clearInterval(timer);
      this.#waiting--;
      if (address === undefined && this.#host.mayMiss()) this.#refuse(incoming);
      else if (address === undefined) this.#fail(incoming, fallback);
      else this.#send(node, address, incoming, fallback);
    }, ATTEMPT_MS);
  }

  #send(node: string, address: string, incoming: Incoming, fallback: Fallback): void {
    const { request, target, isUpgrade, head } = incoming;
    const token = tokenOf(this.#secret, node);
    const fail = (): void => this.#fail(incoming, fallback);
    if (isUpgrade) forwardUpgrade(request, target as Socket, head, address, token, fail);
    else this.#forwarder.forward(request, target as ServerResponse, address, token, fail);
  }

  #refuse(incoming: Incoming): void {
    if (!incoming.target.destroyed) this.#host.refuse(incoming);
  }

  /** Handles a request here that cannot be forwarded: its session is not known. */
  #fail(incoming: Incoming, fallback: Fallback): void {
    const { request, target, isUpgrade, head } = incoming;
    this.#failed.add(request);
    if (!target.destroyed) fallback.route(request, target, isUpgrade, head);
  }

  /** Takes no further requests. Those that were taken are answered. */
  close(): void {
    this.#forwarder.close();
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  #listen(address: string): Server {
    const token = tokenOf(this.#secret, this.#host.node);
    const server = createServer();
    const onRequest = (request: IncomingMessage, target: ServerResponse): void => {
      const origin = verify(request, token);
      const incoming = { request, target, isUpgrade: false, head: NO_HEAD };
      // In two calls: middleware of 2011 replaces `writeHead` by a function that returns nothing.
      if (origin === null) {
        target.writeHead(403, { Connection: 'close' });
        target.end();
      } else if (!this.#host.handle(incoming, origin)) {
        target.writeHead(404);
        target.end();
      }
    };
    server.on('request', onRequest);
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      onRequest(request, response);
      if (!response.headersSent) response.writeContinue();
    });
    server.on('upgrade', (request: IncomingMessage, target: Socket, head: Buffer) => {
      const origin = verify(request, token);
      const incoming = { request, target, isUpgrade: true, head };
      if (origin === null || !this.#host.handle(incoming, origin)) target.destroy();
    });
    // Only the other process closes idle connections: this one could close one that gets a request.
    server.keepAliveTimeout = 0;
    // The server that has taken the request from its client limits this time.
    server.requestTimeout = 0;
    const { host, port } = splitAddress(address);
    server.on('error', (error) => {
      process.emitWarning(
        `Requests for sessions of this process are not forwarded to it: ${error.message}`,
        { code: 'ERR_SIO_FORWARDING_FAILED' },
      );
    });
    // `exclusive`: each worker of a cluster has a port of its own.
    server.listen({ host, port, exclusive: true }, () => {
      const bound = server.address() as AddressInfo;
      this.#host.onListening(joinAddress({ host, port: bound.port }));
    });
    return server.unref();
  }
}

function sessionIdOf({ transport, sessionId, rest }: Route, { headers }: IncomingMessage): string {
  if (PROTOCOL.test(transport)) return rest.split('/', 1)[0] ?? '';
  return sessionId === '' ? String(headers['last-event-id'] ?? '') : sessionId;
}
