import type { IncomingMessage } from 'node:http';
import { OWN_HEADERS } from './credentials.js';

/** Headers of one connection, which a proxy does not forward (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);

function* pairs({ rawHeaders }: IncomingMessage): Iterable<readonly [string, string]> {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    yield [rawHeaders[i] as string, rawHeaders[i + 1] as string];
  }
}

/** The headers of a request as they are forwarded. */
export function requestHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as never;
  for (const [name, value] of pairs(request)) {
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || OWN_HEADERS.has(key)) continue;
    const known = headers[key];
    headers[key] = known === undefined ? value : [known, value].flat();
  }
  // Without a length, the body is sent in chunks: the framing of the sender is not repeated.
  if ('transfer-encoding' in request.headers) delete headers['content-length'];
  return headers;
}

/** The headers of an answer as they are sent to the client, as a flat list. */
export function answerHeaders(answer: IncomingMessage): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairs(answer)) {
    const key = name.toLowerCase();
    // The process of the session does not read the rest of the body, so this process does not
    // either.
    const isClose = key === 'connection' && value.toLowerCase() === 'close';
    if (isClose || !HOP_BY_HOP.has(key)) headers.push(name, value);
  }
  return headers;
}
