/**
 * Handshakes of WebSockets, and frames that a test writes byte by byte.
 *
 * @module
 */
import { expect } from 'chai';
import { requestBytes, type RawSocket } from './raw.js';
import { sendBytes } from './requests.js';

/** Headers of a handshake of RFC 6455. */
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

/** The opcode of a text frame. */
export const TEXT = 1;

/** A client's frame of RFC 6455 whose first byte is `first`, masked with zeros. */
export function maskedFrame(first: number, data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  const length =
    bytes.length < 126
      ? Buffer.of(0x80 | bytes.length)
      : Buffer.of(0x80 | 126, bytes.length >> 8, bytes.length & 0xff);
  return Buffer.concat([Buffer.of(first), length, Buffer.alloc(4), bytes]);
}

/** A client's frame of RFC 6455 with `opcode`, by default the last one of its message. */
export function frame(opcode: number, data: string | Buffer, isLast = true): Buffer {
  return maskedFrame((isLast ? 0x80 : 0) | opcode, data);
}

/** A WebSocket after its handshake. */
export async function openWebSocket(
  port: number,
  headers: Readonly<Record<string, string>> = HANDSHAKE,
): Promise<RawSocket> {
  const raw = await sendBytes(port, requestBytes('/socket.io/websocket', { headers }));
  expect((await raw.readHead()).status).to.equal(101);
  if (headers === HIXIE_76) {
    raw.write(KEY3);
    await raw.bytes.read(16);
  }
  return raw;
}

/** The code of the next close frame; skips what arrives before it. */
export async function readCloseCode(raw: RawSocket): Promise<number> {
  await raw.bytes.readThrough('\x88\x02');
  const code = (await raw.bytes.read(2)).readUInt16BE();
  raw.destroy();
  return code;
}
