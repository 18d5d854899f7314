import type { ServerResponse } from 'node:http';

/**
 * Ends a response with its whole body, in one plain write.
 *
 * `response.end(body)` writes an empty piece behind the body, and Node gathers the two into a
 * `writev`: a tenth of what an answer costs.
 *
 * @param size the body's bytes in UTF-8
 */
export function endWith(response: ServerResponse, body: string, size: number): void {
  const { socket } = response;
  socket?.cork();
  // As many bytes as code units is ASCII, which Node writes faster when told so.
  response.write(body, size === body.length ? 'latin1' : 'utf8');
  socket?.uncork();
  response.end();
}
