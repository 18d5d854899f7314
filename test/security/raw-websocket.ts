/**
 * WebSockets whose frames the test writes.
 *
 * @module
 */
import { expect } from 'chai';
import { HANDSHAKE, HIXIE_76, KEY3, requestBytes, send, type RawSocket } from './attack.js';

export const TEXT = 1;

/** A client's frame of RFC 6455, masked with zeros. */
export function frame(opcode: number, data: string | Buffer, isLast = true): Buffer {
  const bytes = Buffer.from(data);
  const head =
    bytes.length < 126
      ? Buffer.of(0x80 | bytes.length)
      : Buffer.of(0x80 | 126, bytes.length >> 8, bytes.length & 0xff);
  return Buffer.concat([Buffer.of((isLast ? 0x80 : 0) | opcode), head, Buffer.alloc(4), bytes]);
}

/** A WebSocket; the handshake is through. */
export async function upgraded(
  port: number,
  headers: Readonly<Record<string, string>> = HANDSHAKE,
): Promise<RawSocket> {
  const raw = await send(port, requestBytes('/socket.io/websocket', { headers }));
  expect((await raw.readHead()).status).to.equal(101);
  if (headers === HIXIE_76) {
    raw.write(KEY3);
    await raw.bytes.read(16);
  }
  return raw;
}

/** The code of the close frame that comes next; what comes before it is skipped. */
export async function closeCode(raw: RawSocket): Promise<number> {
  await raw.bytes.readThrough('\x88\x02');
  const code = (await raw.bytes.read(2)).readUInt16BE();
  raw.destroy();
  return code;
}
