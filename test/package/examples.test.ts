import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { Example, PACKAGE } from './example.js';
import { talkByPolling, talkByWebSocket, type Talk } from './talk.js';

type Check = (example: Example) => Promise<void>;

async function body(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status, url).to.equal(200);
  return response.text();
}

/** Two people chat, then one leaves. The second one has been told what was said before it came. */
async function chats(first: Talk, second: Talk): Promise<void> {
  await second.send('grüße');
  expect(await first.next()).to.deep.equal({ message: [second.sessionId, 'grüße'] });
  await first.send('hello');
  expect(await second.next()).to.deep.equal({ message: [first.sessionId, 'hello'] });
  await second.close();
  expect(await first.next()).to.deep.equal({ announcement: `${second.sessionId} disconnected` });
  await first.close();
}

/** What the transport doctor does. */
async function examined(echo: Talk): Promise<void> {
  await echo.send('~ ping');
  expect(await echo.next()).to.equal('~ ping');
  await echo.close();
}

async function echoes(example: Example): Promise<void> {
  expect(await body(`${example.url}/`)).to.include('the sessions are below /socket.io/');
  expect((await fetch(`${example.url}/nowhere`)).status).to.equal(404);
  for (const talkBy of [talkByWebSocket, talkByPolling]) {
    // oxlint-disable eslint/no-await-in-loop -- one transport after the other
    const talk = await talkBy(`${example.url}/socket.io`);
    await talk.send({ n: 1 });
    expect(await talk.next()).to.deep.equal({ echo: { n: 1 } });
    await talk.close();
    // oxlint-enable eslint/no-await-in-loop
  }
}

/** The certificate that a server shows. */
async function certificateOf(url: URL): Promise<TLSSocket> {
  const socket = connect({
    host: url.hostname,
    port: Number(url.port),
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** As `cluster.js` makes its session ids. */
const processOf = ({ sessionId }: Talk): string => sessionId.slice(0, 2);

const CHECKS: Readonly<Record<string, Check>> = {
  async 'server.js'({ url }) {
    for (const page of ['/', '/chat.html', '/doctor.html']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one page after the other
      expect(await body(url + page)).to.include('/socket.io/socket.io.js');
    }
    expect(await body(`${url}/socket.io/socket.io.js`)).to.include('io');
    const first = await talkByPolling(`${url}/socket.io`);
    expect(await first.next()).to.deep.equal({ buffer: [] });
    const second = await talkByWebSocket(`${url}/socket.io`);
    expect(await second.next()).to.deep.equal({ buffer: [] });
    expect(await first.next()).to.deep.equal({ announcement: `${second.sessionId} connected` });
    await chats(first, second);
    await examined(await talkByPolling(`${url}/echo`));
  },

  async 'server-ssl.js'(example) {
    const url = new URL(example.url);
    const shown = await certificateOf(url);
    const certificate = shown.getPeerX509Certificate();
    shown.destroy();
    expect(certificate?.checkHost('localhost')).to.equal('localhost');
    expect(certificate?.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    // trusted like that of an authority, it must pass every check
    const ca = certificate?.toString() ?? '';
    const page = request({ host: 'localhost', port: url.port, ca, family: 4 }).end();
    const [response] = (await once(page, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    response.resume();
    const base = `${example.url}/socket.io`;
    const first = await talkByWebSocket(base, { ca });
    const second = await talkByWebSocket(base, { ca });
    expect(await first.next()).to.deep.equal({ announcement: `${second.sessionId} connected` });
    await chats(first, second);
    await examined(await talkByWebSocket(`${example.url}/echo`, { ca }));
  },

  'express.js': echoes,
  'koa.js': echoes,
  'fastify.js': echoes,

  async 'cluster.js'({ url }) {
    expect(await body(`${url}/`)).to.include('/socket.io/socket.io.js');
    const first = await talkByPolling(`${url}/socket.io`);
    const second = await talkByPolling(`${url}/socket.io`);
    expect(processOf(first)).not.to.equal(processOf(second));
    await chats(first, second);
    const third = await talkByWebSocket(`${url}/socket.io`);
    const fourth = await talkByPolling(`${url}/socket.io`);
    expect(processOf(third)).not.to.equal(processOf(fourth));
    await chats(third, fourth);
    await examined(await talkByPolling(`${url}/echo`));
  },

  async 'feed.js'(example) {
    const quotes = (): string[] => example.lines.filter((line) => /^ACME \d/.test(line));
    const feed = await talkByWebSocket(`${example.url.replace(/^ws/, 'http')}/feed`);
    await feed.send('no JSON');
    await feed.send(JSON.stringify({ m: 'subscribe', p: ['INITECH'] }));
    const quote = JSON.parse(String(await feed.next())) as { m: string; p: [string, number] };
    expect(quote.m).to.equal('quote');
    expect(quote.p[0]).to.equal('INITECH');
    expect(quote.p[1]).to.be.a('number');
    // oxlint-disable-next-line eslint/no-await-in-loop -- the next quote comes with the next tick
    while (quotes().length < 2) await feed.next();
    await feed.close();
  },
};

describe('examples', () => {
  for (const [name, check] of Object.entries(CHECKS)) {
    it(`${name} does what it says`, async () => {
      const example = await Example.start(join('example', name));
      try {
        await check(example);
      } finally {
        await example.stop();
      }
    });
  }

  it('server.js says that another program has its port', async () => {
    const file = join('example', 'server.js');
    const example = await Example.start(file);
    const { port } = new URL(example.url);
    const second = await Example.start(file, port).catch((error: Error) => error.message);
    await example.stop();
    expect(second).to.include(`Port ${port} is taken. Another one: PORT=8081 npm start`);
    expect(second).to.include('ended with 1').and.not.to.include(' at ');
  });

  it('are all checked here', () => {
    const scripts = readdirSync(join(PACKAGE, 'example')).filter((name) => name.endsWith('.js'));
    // two are parts of server.js and server-ssl.js
    expect(scripts).to.have.members(['pages.js', 'self-signed.js', ...Object.keys(CHECKS)]);
  });
});
