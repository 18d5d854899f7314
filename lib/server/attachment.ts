/**
 * The attachment of Listeners to an HTTP server: offers each request and upgrade to the Listeners,
 * and leaves all others to the application.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerRefusal, refusal } from '../access/refusal.js';
import { ignoreError } from '../util/ignore-error.js';
import { claim, isOurs, ListenerGuards } from './listener-guards.js';
import { isHandshake, isUntouched, offersHttp, serveAsPlain } from './plain-request.js';

/** Handles the requests below one resource. */
export interface RequestHandler {
  readonly resource: string;
  /** Returns true if it has handled the request. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** Returns true if it has handled the upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean;
  /** Rejects an unclaimed request of an unsupported version with an explanation. */
  rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean;
  /** The HTTP server has closed. */
  onServerClose(): void;
}

/**
 * How long another `upgrade` listener may leave an upgrade without a response, without reading
 * from its socket, in milliseconds. Then this package answers it.
 */
const UNCLAIMED_UPGRADE_MS = 3000;

const attachments = new WeakMap<Server, ServerAttachment>();

/** One per HTTP server, shared by its Listeners. */
export class ServerAttachment {
  readonly #server: Server;
  readonly #handlers: RequestHandler[] = [];
  /** Connections that {@link serveAsPlain} has given back: their requests never stay unanswered. */
  readonly #returned = new WeakSet<Socket>();
  #guards: ListenerGuards | null = null;
  /** Functions that return true for the requests of another server on the same HTTP server. */
  readonly #owners: ((request: IncomingMessage) => boolean)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static for(server: Server): ServerAttachment {
    let attachment = attachments.get(server);
    if (!attachment) attachments.set(server, (attachment = new ServerAttachment(server)));
    return attachment;
  }

  /** @throws {Error} If the server has a handler for the same resource: it would get no request. */
  attach(handler: RequestHandler): void {
    const { resource } = handler;
    if (this.#handlers.some((other) => other.resource === resource)) {
      const message =
        `This server already has a Listener for the resource '${resource}': ` +
        'close it, or give this one another `resource`';
      throw Object.assign(new Error(message), { code: 'ERR_SIO_RESOURCE_IN_USE' });
    }
    if (this.#handlers.push(handler) === 1) this.#open();
  }

  detach(handler: RequestHandler): void {
    const at = this.#handlers.indexOf(handler);
    if (at < 0) return;
    this.#handlers.splice(at, 1);
    if (this.#handlers.length === 0) this.#close();
  }

  /**
   * Leaves the requests for which `owns` returns true to another server. Then puts our listener
   * first again: a server that was attached later has put its own listener before ours, or around
   * it.
   *
   * @returns a function that removes `owns`
   */
  addOwner(owns: (request: IncomingMessage) => boolean): () => void {
    this.#owners.push(owns);
    if (this.#guards) {
      this.#guards.close();
      this.#guard();
    }
    return () => {
      const at = this.#owners.indexOf(owns);
      if (at >= 0) this.#owners.splice(at, 1);
    };
  }

  #open(): void {
    this.#server.on('close', this.#onClose);
    this.#guard();
  }

  #guard(): void {
    this.#guards = new ListenerGuards(this.#server, {
      request: this.#onRequest,
      checkContinue: this.#onCheckContinue,
      upgrade: this.#onUpgrade,
    });
  }

  #close(): void {
    this.#server.off('close', this.#onClose);
    this.#guards?.close();
    this.#guards = null;
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // A program of 2011 (dnode) answers the request first, and still passes it to all listeners.
    // Writing to an ended response had no effect then; today it throws.
    if (response.writableEnded) {
      claim(request, 'older');
      return;
    }
    if (this.#isOwned(request)) return;
    if (this.#handle(request, response)) return;
    if (this.#rejectUnsupported(request, response)) return;
    if (this.#returned.has(request.socket) && this.#server.listenerCount('request') === 1) {
      answerRefusal(refusal('ERR_SIO_UNCLAIMED_UPGRADE', request), response);
    }
  };

  /**
   * Applications that listen for `checkContinue` get requests with `Expect: 100-continue` there,
   * ours among them.
   */
  readonly #onCheckContinue = (request: IncomingMessage, response: ServerResponse): void => {
    const isAlone = this.#server.rawListeners('checkContinue').every(isOurs);
    if (isAlone) {
      // As Node does without a listener.
      response.writeContinue();
      this.#server.emit('request', request, response);
      claim(request);
    } else if (this.#handle(request, response) && !response.headersSent) {
      response.writeContinue();
    }
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    // The other server answers, perhaps later: its application may decide asynchronously.
    if (this.#isShared && this.#isOwned(request)) return;
    for (const handler of this.#handlers) {
      if (handler.handleUpgrade(request, socket, head)) {
        claim(request);
        return;
      }
    }
    if (this.#handlers.length === 0) return;
    if (this.#isShared) this.#awaitClaim(request, socket, head);
    else if (!isHandshake(request) || !this.#rejectUnsupported(request, socket)) {
      this.#return(request, socket, head);
    }
  };

  /** Another `upgrade` listener may take an upgrade, or none of them does. */
  #awaitClaim(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { bytesWritten } = socket;
    socket.on('error', ignoreError);
    setTimeout(() => {
      socket.off('error', ignoreError);
      if (isUntouched(socket, bytesWritten)) this.#return(request, socket, head);
    }, UNCLAIMED_UPGRADE_MS).unref();
  }

  /**
   * Answers an upgrade that nothing has claimed. A handshake needs a refusal, as 0.6.18 gave one;
   * any other offer is ignored, and the plain request is served.
   */
  #return(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (isHandshake(request)) {
      answerRefusal(refusal('ERR_SIO_UNCLAIMED_UPGRADE', request), socket);
      return;
    }
    this.#returned.add(socket);
    if (!serveAsPlain(this.#server, request, socket, head)) {
      socket.on('error', ignoreError);
      socket.destroy();
      return;
    }
    if (offersHttp(request)) return;
    // 0.6.18 destroyed the connection: a client of another protocol does not wait for HTTP.
    const { bytesWritten } = socket;
    setTimeout(() => {
      if (socket.bytesWritten === bytesWritten) socket.destroy();
    }, UNCLAIMED_UPGRADE_MS).unref();
  }

  /** Another listener takes upgrades, possibly a server of a later Socket.IO. */
  get #isShared(): boolean {
    return this.#server.listenerCount('upgrade') > 1;
  }

  #isOwned(request: IncomingMessage): boolean {
    return this.#owners.some((owns) => owns(request));
  }

  #handle(request: IncomingMessage, response: ServerResponse): boolean {
    for (const handler of this.#handlers) {
      if (!handler.handleRequest(request, response)) continue;
      claim(request);
      return true;
    }
    return false;
  }

  #rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean {
    if (
      this.#isShared ||
      !this.#handlers.some((handler) => handler.rejectUnsupported(request, target))
    ) {
      return false;
    }
    claim(request);
    return true;
  }

  readonly #onClose = (): void => {
    for (const handler of this.#handlers.slice()) handler.onServerClose();
  };
}
