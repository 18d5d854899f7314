import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { createServer, type Socket as NetSocket } from 'node:net';
import { afterThisTest } from '../../support/cleanup.js';
import { listening } from '../../support/tcp.js';
import { AT_ONCE, RecordedSocket } from './support.js';

/** The number in a key of draft 76: its digits, divided by the number of its spaces. */
function numberOf(key: string): number {
  return Number(key.replace(/\D/g, '')) / key.replace(/[^ ]/g, '').length;
}

/** The answer to the three keys of a handshake. */
function proofOf(request: Buffer): Buffer {
  const end = request.indexOf('\r\n\r\n') + 4;
  const head = request.toString('latin1', 0, end);
  const numbers = Buffer.alloc(8);
  [1, 2].forEach((number, i) => {
    const key = new RegExp(`^Sec-WebSocket-Key${number}: (.*?)\\r$`, 'im').exec(head)?.[1] ?? '';
    numbers.writeUInt32BE(numberOf(key), i * 4);
  });
  return createHash('md5')
    .update(numbers)
    .update(request.subarray(end, end + 8))
    .digest();
}

/** A server that answers a handshake of draft 76 with bytes, and ignores what follows. */
async function answering(answer: (proof: Buffer, socket: NetSocket) => void): Promise<number> {
  const server = createServer((socket) => {
    let request = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (request.length > 0 && request.indexOf('\r\n\r\n') + 12 <= request.length) return;
      request = Buffer.concat([request, chunk]);
      const end = request.indexOf('\r\n\r\n');
      if (end < 0 || request.length < end + 12) return;
      socket.write('HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n');
      answer(proofOf(request), socket);
    });
  });
  afterThisTest(() => void server.close());
  return listening(server);
}

async function errorOf(
  answer: (proof: Buffer, socket: NetSocket) => void,
  options: object = {},
): Promise<unknown[]> {
  const port = await answering(answer);
  const recorded = new RecordedSocket(`http://127.0.0.1:${port}`, {
    ...AT_ONCE,
    transports: ['hixie-76'],
    reconnect: false,
    ...options,
  });
  recorded.socket.connect();
  const [, error] = (await recorded.next('error')) as [string, { code: string; message: string }];
  return [error.code, error.message];
}

describe('the Node client over draft 76', () => {
  it('rejects an answer that does not prove the keys', async () => {
    expect(await errorOf((_proof, socket) => socket.write(Buffer.alloc(16)))).to.deep.equal([
      'ERR_SIO_CONNECT_FAILED',
      'The server has not answered the keys of the WebSocket handshake',
    ]);
  });

  it('reads an answer in pieces, with a first frame, and rejects an invalid one', async () => {
    const error = await errorOf((proof, socket) => {
      socket.write(proof.subarray(0, 5));
      setImmediate(() => socket.write(Buffer.concat([proof.subarray(5), Buffer.from('\x01bad')])));
    });
    expect(error).to.deep.equal(['ERR_SIO_CONNECT_FAILED', 'The server sent an invalid frame']);
  });

  it('rejects a message that is longer than `maxPayload`', async () => {
    const frame = Buffer.concat([Buffer.of(0), Buffer.alloc(200, 'x'), Buffer.of(0xff)]);
    const error = await errorOf((proof, socket) => socket.write(Buffer.concat([proof, frame])), {
      maxPayload: 100,
    });
    expect(error).to.deep.equal([
      'ERR_SIO_TOO_LARGE',
      'A message is longer than `maxPayload` (100 bytes)',
    ]);
  });
});
