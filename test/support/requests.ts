/**
 * Requests that tests of several rooms send.
 *
 * @module
 */
import { expect } from 'chai';
import { RawSocket, request, type Response } from './raw.js';

/** Sends bytes on a connection of their own. */
export async function sendBytes(port: number, bytes: string | Buffer): Promise<RawSocket> {
  return (await RawSocket.connect(port)).write(bytes);
}

/** Opens a session over xhr-polling; returns its id. */
export async function openPolling(
  port: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const { status, body } = await request(port, '/socket.io/xhr-polling//1', { headers });
  expect(status).to.equal(200);
  return body.replace(/^~m~\d+~m~/, '');
}

/** A response without its date, which differs from one to the next. */
export function withoutDate({ status, headers, body }: Response): unknown {
  const { date: _date, ...others } = headers;
  return { status, headers: others, body };
}

/** The status of the response to a request; 0 if the connection closes instead. */
export async function statusOf(port: number, bytes: string | Buffer): Promise<number> {
  const raw = await sendBytes(port, bytes);
  const head = await raw.readHead().catch(() => null);
  raw.destroy();
  return head?.status ?? 0;
}
