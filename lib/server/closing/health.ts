import type { IncomingMessage, ServerResponse } from 'node:http';

/** How soon a client may try again: another process may take it at once. */
export const RETRY_AFTER_SECONDS = '1';

/**
 * Answers a health check, as load balancers send it: 200 while sessions can begin, 503 while the
 * Listener drains.
 *
 * @param path the option `healthPath`; null: there is none
 * @returns false if the request is another one
 */
export function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  path: string | null,
  isDraining: boolean,
): boolean {
  const { method, url = '' } = request;
  if (path === null || url.split('?', 1)[0] !== path) return false;
  if (method !== 'GET' && method !== 'HEAD') return false;
  const body = isDraining ? 'draining' : 'ok';
  response.writeHead(isDraining ? 503 : 200, {
    'Content-Type': 'text/plain',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    ...(isDraining && { Connection: 'close', 'Retry-After': RETRY_AFTER_SECONDS }),
  });
  response.end(body);
  return true;
}
