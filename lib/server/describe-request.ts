import type { IncomingMessage } from 'node:http';
import { parseRoute, requestPath } from '../protocol/url.js';
import { shortId } from '../util/log.js';

/** A short description of a request for debugging, without the complete session id. */
export function describeRequest(
  request: IncomingMessage,
  start: number,
  address: string | undefined,
): string {
  const { transport, sessionId, rest } = parseRoute(requestPath(request.url ?? ''), start);
  const session = sessionId === '' ? 'new session' : `session ${shortId(sessionId)}`;
  const from = `from ${address ?? 'an unknown address'}`;
  return [request.method, transport, session, rest, from].filter(Boolean).join(' ').slice(0, 160);
}
