import type { IncomingMessage } from 'node:http';
import { withoutPlace } from '../protocol/delivery/place.js';
import { parseRoute, requestPath } from '../protocol/url.js';
import { shortId } from '../util/log.js';

/** Later generations have the number of their protocol before the transport. */
const VERSION = /^\d/;

/** A short description of a request for debugging, without the complete session id. */
export function describeRequest(
  request: IncomingMessage,
  start: number,
  address: string | undefined,
): string {
  const { transport, sessionId, rest } = parseRoute(requestPath(request.url ?? ''), start);
  const isNumbered = VERSION.test(transport);
  const id = isNumbered ? (rest.split('/', 1)[0] ?? '') : sessionId;
  const name = isNumbered ? `${transport}/${sessionId}` : transport;
  const session = id === '' ? 'new session' : `session ${shortId(id)}`;
  const from = `from ${address ?? 'an unknown address'}`;
  const parts = [request.method, name, session, isNumbered ? '' : withoutPlace(rest), from];
  return parts.filter(Boolean).join(' ').slice(0, 160);
}
