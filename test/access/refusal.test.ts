import { expect } from 'chai';
import { createServer, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import {
  answerRefusal,
  answerSocket,
  refusal,
  REFUSALS,
  unsupportedVersion,
  type RefusalCode,
} from '../../lib/access/refusal.js';
import { listenOnLoopback } from '../support/server.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';

const none = {} as IncomingMessage;

describe('refusals', () => {
  for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
    it(`gives ${code} a status and a message`, async () => {
      const why = refusal(code, none);
      expect(why.code).to.match(/^ERR_SIO_[A-Z_]+$/);
      expect(why.status).to.be.within(400, 503);
      expect(why.message).to.match(/^\w.*\w$/);
      expect(why.request).to.equal(none);
      const server = createServer((_request, response) => {
        answerRefusal(why, response, { 'X-More': 'yes' });
        answerRefusal(refusal('ERR_SIO_BAD_REQUEST', none), response);
      });
      server.on('upgrade', (_request, socket) => answerRefusal(why, socket, { 'X-More': 'yes' }));
      const port = await listenOnLoopback(server);
      const plain = await request(port, '/');
      const raw = await RawSocket.connect(port);
      raw.write(requestBytes('/', { headers: { Connection: 'Upgrade', Upgrade: 'x' } }));
      const upgrade = await raw.readResponse();
      await raw.ended();
      for (const { status, body, headers } of [plain, upgrade]) {
        expect(status).to.equal(why.status);
        expect(body).to.equal(why.message);
        expect(headers).to.include({ 'content-type': 'text/plain', 'x-more': 'yes' });
        expect(headers['cache-control']).to.equal('no-store');
      }
      const closes =
        why.status === 413 || ['ERR_SIO_DRAINING', 'ERR_SIO_UNKNOWN_PROCESS'].includes(code);
      expect(plain.headers['connection']).to.equal(closes ? 'close' : 'keep-alive');
    });
  }
});

describe('unsupportedVersion', () => {
  for (const [protocols, supported, sentence] of [
    [['0.6'], '0.5 and 0.6', 'This server supports Socket.IO 0.5 and 0.6, not 0.7 to 4: '],
    [['0.6', '0.9'], '0.5 to 0.9', 'This server supports Socket.IO 0.5 to 0.9, not 1 to 4: '],
    [['0.9'], '0.7 to 0.9', 'This server supports Socket.IO 0.7 to 0.9, not 1 to 4: '],
  ] as const) {
    it(`names the versions that a server with ${protocols.join(' and ')} supports`, () => {
      const own = unsupportedVersion(protocols);
      expect([own.status, own.supported]).to.deep.equal([400, supported]);
      expect(own.message.startsWith(sentence)).to.equal(true);
    });
  }
});

describe('answerSocket', () => {
  it('writes a status that Node has no text for', () => {
    const socket = new PassThrough();
    answerSocket(socket, 499, 'é');
    expect(String(socket.read())).to.equal(
      'HTTP/1.1 499 Refused\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nCache-Control: no-store\r\n\r\né',
    );
    socket.destroy();
  });

  it('writes nothing to a socket that has ended or is destroyed', () => {
    const ended = new PassThrough().end();
    answerSocket(ended, 400, 'x');
    expect(ended.read()).to.equal(null);
    const gone = new PassThrough().destroy();
    answerSocket(gone, 400, 'x');
    expect(gone.read()).to.equal(null);
  });
});
