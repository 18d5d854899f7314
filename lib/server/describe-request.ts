import type { IncomingMessage } from 'node:http';
import { parseRoute, requestPath } from '../protocol/url.js';
import { shortId } from '../util/log.js';

/** A request in short, for debugging: without what would let a reader into the session. */
export function describeRequest(request: IncomingMessage, start: number): string {
  const { transport, sessionId, rest } = parseRoute(requestPath(request.url ?? ''), start);
  const session = sessionId === '' ? 'new session' : `session ${shortId(sessionId)}`;
  const from = `from ${request.socket.remoteAddress ?? 'nowhere'}`;
  return [request.method, transport, session, rest, from].filter(Boolean).join(' ').slice(0, 160);
}
