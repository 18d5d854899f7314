/**
 * Requests with an `Upgrade` header that no server handles, other than WebSocket handshakes.
 *
 * The header is an offer, which a server may ignore (RFC 9110, section 7.8): `curl --http2` and the
 * HttpClient of Java offer h2c with every first request. Node passes such a request to `upgrade`
 * listeners if there is one. So this module gives it back to the HTTP server.
 *
 * @module
 */
import type { EventEmitter } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** The token of WebSockets in an Upgrade header; drafts 75 and 76 spell it `WebSocket`. */
const WEBSOCKET = /(?:^|[\s,])websocket(?:$|[\s,/])/i;
/** Other versions of HTTP, and TLS (RFC 2817): the request has its meaning without the upgrade. */
const SAME_PROTOCOL = /^(?:h2c|http|tls)\b/i;

/**
 * True if a client cannot use a plain response: it offers the WebSocket protocol, or an unknown one
 * with an `Origin`, as the socket libraries of pages send it. 0.6.18 refused all of these.
 */
export function isHandshake({ headers }: IncomingMessage): boolean {
  const { upgrade = '', origin } = headers;
  return WEBSOCKET.test(upgrade) || (origin !== undefined && !SAME_PROTOCOL.test(upgrade));
}

/** True if the client offers another version of HTTP, or TLS: it expects a plain response otherwise. */
export function offersHttp({ headers }: IncomingMessage): boolean {
  return SAME_PROTOCOL.test(headers.upgrade ?? '');
}

/** True if nothing reads from the socket, and nothing has been written since the upgrade. */
export function isUntouched(socket: Socket, bytesWritten: number): boolean {
  return (
    !socket.destroyed &&
    !socket.writableEnded &&
    socket.bytesWritten === bytesWritten &&
    socket.listenerCount('data') === 0 &&
    socket.listenerCount('readable') === 0
  );
}

/**
 * Gives a connection back to its HTTP server, with its request as it would be without the offer.
 *
 * @returns false if a response to an earlier request is still open on the connection
 */
export function serveAsPlain(
  server: EventEmitter,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): boolean {
  if ((socket as { _httpMessage?: unknown })._httpMessage) return false;
  if (hasBody(request)) {
    serveWithBody(server, request, socket);
    return true;
  }
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = String(request.rawHeaders[i]);
    const value = withoutOffer(name.toLowerCase(), String(request.rawHeaders[i + 1]));
    if (value !== null) lines.push(`${name}: ${value}`);
  }
  if (lines.some((line) => /[\r\n]/.test(line))) return false;
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1'), head]));
  // The public way to add a connection to an http.Server or https.Server.
  server.emit('setSecureContext' in server ? 'secureConnection' : 'connection', socket);
  return true;
}

/**
 * True if Node reads the body of the request from its stream, as it does since version 26. Before,
 * the body of an upgrade stays in the socket and in the head.
 */
function hasBody({ headers, complete, readableLength }: IncomingMessage): boolean {
  const isSent = 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0;
  return isSent && (!complete || readableLength > 0);
}

/** Serves a request whose body is its stream; the connection ends with the response. */
function serveWithBody(server: EventEmitter, request: IncomingMessage, socket: Socket): void {
  const { headers } = request;
  for (const name of ['upgrade', 'http2-settings', 'connection']) {
    const value = withoutOffer(name, String(headers[name] ?? ''));
    if (value) headers[name] = value;
    else delete headers[name];
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  if (!/100-continue/i.test(request.headers.expect ?? '')) {
    server.emit('request', request, response);
  } else if (server.listenerCount('checkContinue') > 0) {
    server.emit('checkContinue', request, response);
  } else {
    response.writeContinue();
    server.emit('request', request, response);
  }
}

/** The value of a header without the offer; null: the header is a part of the offer. */
function withoutOffer(name: string, value: string): string | null {
  if (name === 'upgrade' || name === 'http2-settings') return null;
  if (name !== 'connection') return value;
  const kept = value
    .split(',')
    .filter((token) => !/^(upgrade|http2-settings)$/i.test(token.trim()));
  return kept.length > 0 ? kept.join(',').trim() : null;
}
