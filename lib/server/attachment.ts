/**
 * The door of an HTTP server: shows each request and upgrade to the Listeners behind it,
 * and leaves everything else to the application.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { intercept } from '../util/intercept.js';
import { refusal, answerRefusal } from '../access/refusal.js';

/** Looks at requests; takes those that are its own. */
export interface RequestHandler {
  /** Returns true if it has taken the request. */
  check(request: IncomingMessage, response: ServerResponse): boolean;
  check(request: IncomingMessage, socket: Socket, isUpgrade: true, head: Buffer): boolean;
  /** Turns away what nobody has taken and is better explained than left to the application. */
  _rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean;
  /** The HTTP server has closed. */
  _onServerClose(): void;
}

type RequestListener = (this: Server, request: IncomingMessage, response: ServerResponse) => void;

const attachments = new WeakMap<Server, ServerAttachment>();

/** One for each HTTP server, however many Listeners share it. */
export class ServerAttachment {
  readonly #server: Server;
  readonly #handlers: RequestHandler[] = [];
  /** The application's listeners that were there before us, called in their order as in 0.6. */
  #before: RequestListener[] = [];
  /** What was taken last: nobody else is to see it. */
  #taken: IncomingMessage | null = null;
  #undo: readonly (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static for(server: Server): ServerAttachment {
    let attachment = attachments.get(server);
    if (!attachment) attachments.set(server, (attachment = new ServerAttachment(server)));
    return attachment;
  }

  attach(handler: RequestHandler): void {
    if (this.#handlers.push(handler) === 1) this.#open();
  }

  detach(handler: RequestHandler): void {
    const at = this.#handlers.indexOf(handler);
    if (at < 0) return;
    this.#handlers.splice(at, 1);
    if (this.#handlers.length === 0) this.#close();
  }

  #open(): void {
    const server = this.#server;
    this.#before = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', this.#onRequest);
    server.prependListener('upgrade', this.#onUpgrade);
    server.on('close', this.#onClose);
    this.#undo = [
      intercept(server, 'request', (args) => this.#offer('request', args)),
      intercept(server, 'upgrade', (args) => this.#offer('upgrade', args)),
    ];
  }

  #close(): void {
    const server = this.#server;
    server.off('request', this.#onRequest);
    server.off('upgrade', this.#onUpgrade);
    server.off('close', this.#onClose);
    for (const listener of this.#before) server.on('request', listener);
    this.#before = [];
    for (const undo of this.#undo) undo();
  }

  /**
   * Listeners that are added after us must not see what is ours: a web framework would
   * answer our polls with 404, another WebSocket server would greet our upgrades.
   */
  #offer(event: 'request' | 'upgrade', args: readonly unknown[]): boolean {
    const server = this.#server;
    if (server.listenerCount(event) < 2) return false;
    for (const listener of server.rawListeners(event)) {
      Reflect.apply(listener, server, args);
      if (this.#taken === args[0]) break;
    }
    this.#taken = null;
    return true;
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // Programs of 2011 answered in front of us and let everybody see the request still (dnode).
    // Writing to what has ended did nothing then; today it throws.
    if (response.writableEnded) return;
    for (const handler of this.#handlers) {
      if (handler.check(request, response)) {
        this.#taken = request;
        return;
      }
    }
    if (this.#rejectUnsupported(request, response)) return;
    for (const listener of this.#before) listener.call(this.#server, request, response);
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    for (const handler of this.#handlers) {
      if (handler.check(request, socket, true, head)) {
        this.#taken = request;
        return;
      }
    }
    if (this.#isShared || this.#rejectUnsupported(request, socket)) return;
    answerRefusal(refusal('ERR_SIO_UNCLAIMED_UPGRADE', request), socket);
  };

  /** Somebody else takes upgrades here, who may be a server of a later Socket.IO. */
  get #isShared(): boolean {
    return this.#server.listenerCount('upgrade') > 1;
  }

  #rejectUnsupported(request: IncomingMessage, target: ServerResponse | Socket): boolean {
    if (
      this.#isShared ||
      !this.#handlers.some((handler) => handler._rejectUnsupported(request, target))
    ) {
      return false;
    }
    this.#taken = request;
    return true;
  }

  readonly #onClose = (): void => {
    for (const handler of this.#handlers.slice()) handler._onServerClose();
  };
}
