import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { requestPath } from '../protocol/url.js';
import { ignoreError } from '../util/ignore-error.js';
import { splitAddress } from './address.js';
import { headersFor, OWN_HEADERS } from './credentials.js';

/** How long a connection to another process may take to open, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Forwards an upgrade, and all bytes of its connection in both directions: drafts 75 and 76 have bytes
 * between the request and its response.
 *
 * @param fail called if the other process cannot be reached; nothing has been read or written then
 */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  address: string,
  token: string,
  fail: () => void,
): void {
  const onward = connect(splitAddress(address));
  const timer = setTimeout(() => onward.destroy(), CONNECT_TIMEOUT_MS).unref();
  let isConnected = false;
  onward.on('error', ignoreError);
  onward.on('connect', () => {
    isConnected = true;
    clearTimeout(timer);
    onward.setNoDelay(true);
    socket.setNoDelay(true);
    onward.write(requestHead(request, token), 'latin1');
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  socket.on('close', () => onward.destroy());
  onward.on('close', () => {
    clearTimeout(timer);
    if (isConnected || socket.destroyed) socket.destroySoon();
    else fail();
  });
}

function requestHead(request: IncomingMessage, token: string): string {
  const { method, url = '/', rawHeaders } = request;
  const lines = [`${method} ${requestPath(url)} HTTP/1.1`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!OWN_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`);
  }
  for (const [name, value] of Object.entries(headersFor(token, request))) {
    lines.push(`${name}: ${value}`);
  }
  return lines.join('\r\n') + '\r\n\r\n';
}
