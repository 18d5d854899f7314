/**
 * Forwards a request to the process that has its session, and its answer to the client.
 *
 * @module
 */
import {
  Agent,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { requestPath } from '../protocol/url.js';
import { ignoreError } from '../util/ignore-error.js';
import { splitAddress } from './address.js';
import { headersFor } from './credentials.js';
import { answerHeaders, requestHeaders } from './proxied-headers.js';

/** How long a connection to another process may take to open, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;
const MOST_FREE_SOCKETS = 256;
/** Longer bodies are sent when the other process agrees: it may refuse them by their length. */
const SMALL_BODY = 16 * 1024;

const hasLargeBody = ({ headers }: IncomingMessage): boolean =>
  'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > SMALL_BODY;

/** True if the server of a request takes no further connections. Node has no documented way. */
function isOfClosedServer({ socket }: IncomingMessage): boolean {
  return (socket as Socket & { readonly server?: Server }).server?.listening === false;
}

export class Forwarder {
  // Without a limit: each poll that waits needs a connection.
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: MOST_FREE_SOCKETS });

  /**
   * Forwards a request.
   *
   * @param address where the other process takes requests, `HOST:PORT`
   * @param fail called if the other process cannot be reached; nothing has been answered then
   */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    address: string,
    token: string,
    fail: () => void,
  ): void {
    const isLarge = hasLargeBody(request);
    const onward = sendRequest({
      ...splitAddress(address),
      agent: this.#agent,
      method: request.method,
      path: requestPath(request.url ?? '/'),
      headers: {
        ...requestHeaders(request),
        ...headersFor(token, request),
        ...(isLarge ? { expect: '100-continue' } : {}),
      },
      setHost: false,
    });
    let isConnected = false;
    onward.on('socket', (socket) => {
      isConnected = !socket.connecting;
      if (isConnected) return;
      const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS).unref();
      socket.once('close', () => clearTimeout(timer));
      socket.once('connect', () => {
        isConnected = true;
        clearTimeout(timer);
      });
    });
    let answer: IncomingMessage | null = null;
    onward.on('response', (incoming) => {
      answer = incoming;
      if (response.destroyed) return;
      // A stream that ends with its connection does the same here.
      const { 'transfer-encoding': coding, 'content-length': length } = incoming.headers;
      if (coding === undefined && length === undefined)
        response.useChunkedEncodingByDefault = false;
      // A server that has closed does not close connections that are in use: the next request of the
      // client would reach a process that has ended its Listener.
      if (isOfClosedServer(request)) response.shouldKeepAlive = false;
      response.writeHead(incoming.statusCode ?? 0, incoming.statusMessage, answerHeaders(incoming));
      response.flushHeaders();
      incoming.on('error', ignoreError);
      incoming.on('close', () => {
        if (!incoming.complete) response.destroy();
      });
      incoming.pipe(response);
    });
    onward.on('error', () => {
      // After the head of the answer, the answer ends or breaks by itself.
      if (answer !== null || response.destroyed) return;
      // The session may still exist: the connection to the client is broken too, and it can
      // reconnect.
      if (isConnected) response.destroy();
      else fail();
    });
    request.on('error', ignoreError);
    response.on('error', ignoreError);
    response.on('close', () => {
      if (answer?.complete !== true) onward.destroy();
    });
    if (isLarge) {
      onward.once('continue', () => request.pipe(onward));
      onward.flushHeaders();
    } else {
      request.pipe(onward);
    }
  }

  /** Closes the connections that are not in use, and the others when they are free. */
  close(): void {
    this.#agent.maxFreeSockets = 0;
    for (const sockets of Object.values(this.#agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}
