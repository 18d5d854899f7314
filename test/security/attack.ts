/**
 * What the tests of attacks share.
 *
 * @module
 */
import { expect } from 'chai';
import { RawSocket, request, requestBytes, type Response } from '../support/raw.js';
import type { Served } from '../support/server.js';
import { until } from '../support/wait.js';

export const PAGE = 'http://example.com';
export const FOREIGN_PAGES: readonly string[] = [
  'http://evil.com',
  'http://example.com.evil.com',
  'http://evil-example.com',
  'http://le.com',
  'http://sub.example.com',
  'http://example.com@evil.com',
  'http://evil.com@example.com',
  'http://example.com.',
  'http://evil.com, http://example.com',
  'http://evil.com#example.com',
  'null',
  'nonsense',
  'http://',
];

/** Headers of a WebSocket handshake, RFC 6455. */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Headers of a handshake of draft 75. */
export const HIXIE_75: Readonly<Record<string, string>> = {
  Connection: 'Upgrade',
  Upgrade: 'WebSocket',
};

/** Headers of a handshake of draft 76, without the third key. */
export const HIXIE_76: Readonly<Record<string, string>> = {
  ...HIXIE_75,
  'Sec-WebSocket-Key1': '18x 6]8vM;54 *(5:  {   U1]8  z [  8',
  'Sec-WebSocket-Key2': '1_ tx7X d  <  nw  334J702) 7]o}` 0',
};

export const KEY3: Buffer = Buffer.from('Tm[K T2u', 'latin1');

/** Sends bytes on a connection of their own. */
export async function send(port: number, bytes: string | Buffer): Promise<RawSocket> {
  return (await RawSocket.connect(port)).write(bytes);
}

/** A new session by xhr-polling; its id. */
export async function openPoll(
  port: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const { status, body } = await request(port, '/socket.io/xhr-polling//1', { headers });
  expect(status).to.equal(200);
  return body.replace(/^~m~\d+~m~/, '');
}

/** An answer without what differs from one to the next. */
export function essence({ status, headers, body }: Response): unknown {
  const { date: _date, ...others } = headers;
  return { status, headers: others, body };
}

/** What a plain request is answered; also if that is nothing but a closed connection. */
export async function statusOf(port: number, bytes: string | Buffer): Promise<number> {
  const raw = await send(port, bytes);
  const head = await raw.readHead().catch(() => null);
  raw.destroy();
  return head?.status ?? 0;
}

/** The server still lets clients in, and delivers what they say. */
export async function expectAlive({ port, io }: Served): Promise<void> {
  const id = await openPoll(port);
  const heard = new Promise((resolve) => io.clients[id]?.once('message', resolve));
  const { body } = await request(port, `/socket.io/xhr-polling/${id}/send`, {
    method: 'POST',
    body: 'data=~m~5~m~alive',
  });
  expect(body).to.equal('ok');
  expect(await heard).to.equal('alive');
  io.clients[id]?._onDisconnect();
}

/** Every session has ended, and no timer waits for one. */
export async function expectNothingLeft({ io }: Served): Promise<void> {
  await until(() => Object.keys(io.clients).length === 0, 'the sessions to end');
  await until(() => io._timers.size === 0, 'the timers to be gone');
  expect(io._limiter.handshakes).to.equal(0);
}

export { RawSocket, request, requestBytes };

/** The reasons of all ends, as they come. */
export function reasonsOf({ io }: Served): string[] {
  const reasons: string[] = [];
  io.on('clientDisconnect', (_client, reason) => reasons.push(reason));
  return reasons;
}
