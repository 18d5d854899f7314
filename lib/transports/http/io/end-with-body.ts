import type { ServerResponse } from 'node:http';

/**
 * Ends a response with its whole body in one write.
 *
 * `response.end(body)` writes an empty chunk after the body, and Node passes the two to `writev`,
 * which is a tenth of the cost of a response.
 *
 * @param size the length of the body in UTF-8, in bytes
 */
export function endWith(response: ServerResponse, body: string, size: number): void {
  const { socket } = response;
  socket?.cork();
  // A body of as many bytes as code units is ASCII, which Node writes faster as Latin-1.
  response.write(body, size === body.length ? 'latin1' : 'utf8');
  socket?.uncork();
  response.end();
}
