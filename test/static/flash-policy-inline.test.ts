import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, get as httpGet, type Server } from 'node:http';
import { createServer as createHttpsServer, get as httpsGet } from 'node:https';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { answerInlinePolicy } from '../../lib/static/flash-policy-inline.js';
import { policyXml } from '../../lib/static/flash-policy.js';
import { listening, openSocket, openSocketPair, readToEnd, writePacket } from '../support/tcp.js';

const REQUEST = '<policy-file-request/>\0';
const XML = policyXml(['*:*']);
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
const FIXTURES = join(__dirname, '../../../test/fixtures');
const CERTIFICATE = {
  key: readFileSync(join(FIXTURES, 'localhost.key')),
  cert: readFileSync(join(FIXTURES, 'localhost.crt')),
};

const everyone = (): string[] => ['*:*'];

function ok(_request: unknown, response: { end(text: string): unknown }): void {
  response.end('app');
}

async function tlsDial(port: number): Promise<Socket> {
  const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends `text` in one packet and returns the whole response. */
async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return readToEnd(socket);
}

const KINDS: { name: string; create: () => Server; open: (port: number) => Promise<Socket> }[] = [
  { name: 'http', create: () => createHttpServer(ok), open: openSocket },
  {
    name: 'https, in plain text',
    create: () => createHttpsServer(CERTIFICATE, ok),
    open: openSocket,
  },
  { name: 'https, encrypted', create: () => createHttpsServer(CERTIFICATE, ok), open: tlsDial },
];

describe('answerInlinePolicy()', () => {
  let server: Server;
  let port: number;

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const { name, create, open } of KINDS) {
    describe(name, () => {
      beforeEach(async () => {
        server = create();
        port = await listening(server);
      });

      it('answers a whole request and closes', async () => {
        answerInlinePolicy(server, everyone);
        expect(await ask(await open(port), REQUEST)).to.equal(XML);
      });

      it('ignores what follows the request', async () => {
        answerInlinePolicy(server, everyone);
        expect(await ask(await open(port), `${REQUEST}more\0`)).to.equal(XML);
      });

      it('lists the current entries of all that share the server', async () => {
        const first = ['a.example:80'];
        answerInlinePolicy(server, () => first);
        const leave = answerInlinePolicy(server, () => ['b.example:*', '*:8080']);
        first.push('late.example:1');
        expect(await ask(await open(port), REQUEST)).to.equal(
          policyXml(['a.example:80', 'late.example:1', 'b.example:*', '*:8080']),
        );
        leave();
        leave();
        expect(await ask(await open(port), REQUEST)).to.equal(
          policyXml(['a.example:80', 'late.example:1']),
        );
      });

      it('destroys a connection that stalls in the middle of its request', async () => {
        answerInlinePolicy(server, everyone, { timeoutMs: 20 });
        expect(await ask(await open(port), '<policy-file')).to.equal('');
      });

      it('destroys a connection that ends in the middle of its request', async () => {
        answerInlinePolicy(server, everyone);
        const socket = await open(port);
        socket.end('<policy-file');
        expect(await readToEnd(socket)).to.equal('');
      });

      it('survives a peer that resets the connection', async () => {
        answerInlinePolicy(server, everyone);
        const socket = await openSocket(port);
        socket.write('<policy-file');
        socket.resetAndDestroy();
        expect(await ask(await open(port), REQUEST)).to.equal(XML);
      });
    });
  }

  for (const { name, create } of KINDS.slice(0, 2)) {
    describe(name, () => {
      beforeEach(async () => {
        server = create();
        port = await listening(server);
        answerInlinePolicy(server, everyone);
      });

      for (let at = 1; at < REQUEST.length; at++) {
        it(`answers a request cut after ${at} bytes`, async () => {
          const { near, far } = await openSocketPair(port);
          await writePacket(near, far, REQUEST.slice(0, at));
          expect(await ask(near, REQUEST.slice(at))).to.equal(XML);
        });
      }

      it('answers a request that arrives byte by byte', async () => {
        const { near, far } = await openSocketPair(port);
        for (const byte of REQUEST) await writePacket(near, far, byte);
        expect(await readToEnd(near)).to.equal(XML);
      });
    });
  }

  describe('http, other traffic', () => {
    beforeEach(async () => {
      server = createHttpServer(ok);
      port = await listening(server);
    });

    it('passes HTTP on, also when cut after 23 bytes', async () => {
      answerInlinePolicy(server, everyone);
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, 'GET /a/b HTTP/1.1\r\nHost');
      near.write(': localhost\r\nConnection: close\r\n\r\n');
      expect(await readToEnd(near)).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*app/);
    });

    // a plain server gives the expected responses; they are not listed here
    const REFUSED = {
      garbage: 'garbage\r\n\r\n',
      'garbage that begins like a policy request': '<policy-file-rubbish/>\0',
      'a head that is too large': `GET / HTTP/1.1\r\nX: ${'x'.repeat(20000)}\r\n\r\n`,
      'a missing Host header': 'GET / HTTP/1.1\r\n\r\n',
    };
    for (const [what, bytes] of Object.entries(REFUSED)) {
      it(`answers ${what} as a plain server does`, async () => {
        const plain = createHttpServer(ok);
        const plainPort = await listening(plain);
        const expected = await ask(await openSocket(plainPort), bytes);
        plain.close();
        answerInlinePolicy(server, everyone);
        expect(expected).to.match(/^HTTP\/1\.1 4\d\d /);
        expect(await ask(await openSocket(port), bytes)).to.equal(expected);
      });
    }

    it('answers 400 to input that only begins like a policy request', async () => {
      answerInlinePolicy(server, everyone);
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, '<policy-');
      expect(await ask(near, 'rubbish')).to.equal(BAD_REQUEST);
    });

    it('hides policy requests from the clientError listeners of the application', async () => {
      const errors: Error[] = [];
      server.on('clientError', (error, socket) => {
        errors.push(error);
        socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
      });
      answerInlinePolicy(server, everyone);
      server.on('clientError', (error) => errors.push(error));
      expect(await ask(await openSocket(port), REQUEST)).to.equal(XML);
      expect(errors).to.have.lengthOf(0);
    });

    it('passes all other errors to the clientError listeners of the application', async () => {
      answerInlinePolicy(server, everyone);
      server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 418 Teapot\r\n\r\n'));
      expect(await ask(await openSocket(port), 'garbage\r\n\r\n')).to.equal(
        'HTTP/1.1 418 Teapot\r\n\r\n',
      );
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, '<policy-');
      expect(await ask(near, 'rubbish')).to.equal('HTTP/1.1 418 Teapot\r\n\r\n');
    });

    it('does not answer after an HTTP request on the same connection', async () => {
      answerInlinePolicy(server, everyone);
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      expect(await ask(near, REQUEST)).not.to.include('cross-domain-policy');
    });

    it('refuses while too many are pending, and answers again afterwards', async () => {
      answerInlinePolicy(server, everyone, { maxPending: 1 });
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, '<policy-');
      expect(await ask(await openSocket(port), REQUEST)).to.equal(BAD_REQUEST);
      near.destroy();
      await once(far, 'close');
      expect(await ask(await openSocket(port), REQUEST)).to.equal(XML);
    });

    it('closes a connection whose peer never does', async () => {
      answerInlinePolicy(server, everyone, { timeoutMs: 20 });
      const { near, far } = await openSocketPair(port);
      near.allowHalfOpen = true;
      near.write(REQUEST);
      near.resume();
      await once(far, 'close');
      near.destroy();
    });

    it('answers nothing after the last has left', async () => {
      answerInlinePolicy(server, everyone)();
      expect(await ask(await openSocket(port), REQUEST)).to.equal(BAD_REQUEST);
    });
  });

  describe('https, other traffic', () => {
    beforeEach(async () => {
      server = createHttpsServer(CERTIFICATE, ok);
      port = await listening(server);
    });

    it('passes HTTPS on', async () => {
      answerInlinePolicy(server, everyone);
      const [response] = await once(
        httpsGet({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false }),
        'response',
      );
      expect(await readToEnd(response)).to.equal('app');
    });

    it('passes the connection of a silent peer to the handshake', async () => {
      answerInlinePolicy(server, everyone, { timeoutMs: 20 });
      const { near, far } = await openSocketPair(port);
      const [handedOn] = await once(server, 'connection');
      expect(handedOn).to.equal(far);
      const tls = tlsConnect({ socket: near, rejectUnauthorized: false });
      await once(tls, 'secureConnect');
      expect(
        await ask(tls, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      ).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*app/);
    });

    it('passes connections on at once while too many are pending', async () => {
      answerInlinePolicy(server, everyone, { maxPending: 1 });
      const silent = await openSocketPair(port);
      const handedOn = once(server, 'connection');
      const { near, far } = await openSocketPair(port);
      expect((await handedOn)[0]).to.equal(far);
      near.destroy();
      silent.near.destroy();
    });

    it('closes plain text that only begins like a policy request', async () => {
      answerInlinePolicy(server, everyone);
      const { near, far } = await openSocketPair(port);
      await writePacket(near, far, '<policy-');
      expect(await ask(near, 'rubbish')).to.equal('');
    });
  });

  it('adds nothing to many HTTP requests on one connection', async () => {
    server = createHttpServer(ok);
    port = await listening(server);
    answerInlinePolicy(server, everyone);
    for (let i = 0; i < 3; i++) {
      const [response] = await once(httpGet({ port, host: '127.0.0.1' }), 'response');
      expect(await readToEnd(response)).to.equal('app');
    }
  });
});
