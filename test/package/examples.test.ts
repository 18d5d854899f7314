import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { EngineServer, isInstalled, REDIS } from '../bus/engine-server.js';
import { Example, PACKAGE } from './example.js';
import { operatesAChat } from './operator-desk.js';
import { ordersAcrossACut } from './order-desk.js';
import {
  talkByOfficial09,
  talkByOfficial4,
  talkByPolling,
  talkByWebSocket,
  type OfficialTalk,
  type Talk,
} from './talk.js';

type Options = Parameters<typeof talkByWebSocket>[1];

type Check = (example: Example) => Promise<void>;

async function body(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status, url).to.equal(200);
  return response.text();
}

/** The name that the chat has given to the author of a message. */
type Author = string;

/** Sends a message of one client to another. */
async function says(from: Talk, to: Talk, text: string): Promise<Author> {
  await from.send({ text, key: `key of ${text}` });
  const { message } = (await to.next()) as { message: [Author, string, string] };
  expect(message[0]).to.match(/^guest [\d.]+$/); // and no part of a session id, which is a secret
  expect(message.slice(1)).to.deep.equal([text, `key of ${text}`]);
  return message[0];
}

/** Two clients chat, then one leaves. */
async function chats(first: Talk, second: Talk): Promise<void> {
  const name = await says(second, first, 'grüße');
  await says(first, second, 'hello');
  await second.close();
  expect(await first.next()).to.deep.equal({ announcement: `${name} disconnected` });
  await first.close();
}

/** Reads what a client receives when it joins a chat, and what the one before it receives then. */
async function joins(base: string, options: Options = {}): Promise<[Talk, Talk]> {
  const first = await talkByWebSocket(base, options);
  expect(await first.next()).to.have.keys('buffer');
  const second = await talkByWebSocket(base, options);
  expect(await second.next()).to.have.keys('buffer');
  const { announcement } = (await first.next()) as { announcement: string };
  expect(announcement).to.match(/^guest [\d.]+ connected$/);
  return [first, second];
}

/** Does what the transport doctor does. */
async function examined(echo: Talk): Promise<void> {
  await echo.send('~ ping');
  expect(await echo.next()).to.equal('~ ping');
  await echo.close();
}

async function echoes(example: Example): Promise<void> {
  expect(await body(`${example.url}/`)).to.include('Sessions are below /socket.io/');
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

/** A client sends a message, and all others receive it. */
async function saysToAll(from: Talk, all: readonly Talk[], text = 'grüße'): Promise<void> {
  await from.send(text);
  for (const one of all) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one client after the other
    expect(await one.next()).to.deep.equal({ from: 'guest', text });
  }
}

/**
 * A page of 2011 and a page of today chat; `speak` sends `grüße` or `hello` from the page of today.
 */
async function chatsOfTwoGenerations(
  url: string,
  speak: (page: OfficialTalk) => Promise<void>,
): Promise<void> {
  expect(await body(`${url}/`)).to.include('/socket.io/socket.io.js');
  const old = await talkByWebSocket(`${url}/socket.io`);
  const page = await talkByOfficial4(url);
  await saysToAll(old, [old, page]);
  await speak(page);
  const { from, text } = (await old.next()) as { from: string; text: string };
  expect(from).to.equal('guest');
  expect(text).to.match(/^(?:grüße|hello)$/);
  await page.close();
  await old.close();
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

/** The process of a session, by the end of its id. */
const processOf = ({ sessionId }: Talk): string => sessionId.slice(-20);

/** A client of another process than `talk`; connections are given to the processes in turn. */
async function joinsElsewhere(base: string, talk: Talk): Promise<Talk> {
  for (;;) {
    const other = await talkByWebSocket(base);
    expect(await other.next()).to.have.keys('buffer');
    const { announcement } = (await talk.next()) as { announcement: string };
    expect(announcement).to.match(/^guest [\d.]+ connected$/);
    if (processOf(other) !== processOf(talk)) return other;
    await other.close();
    await talk.next();
  }
}

const CHECKS: Readonly<Record<string, Check>> = {
  'delivery.js': ordersAcrossACut,
  'operator.js': operatesAChat,
  async 'server.js'({ url }) {
    for (const page of ['/', '/chat.html', '/doctor.html']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one page after the other
      expect(await body(url + page)).to.include('/socket.io/socket.io.js');
    }
    expect(await body(`${url}/socket.io/socket.io.js`)).to.include('io');
    await chats(...(await joins(`${url}/socket.io`)));
    const late = await talkByPolling(`${url}/socket.io`);
    const { buffer } = (await late.next()) as { buffer: unknown };
    expect(buffer).to.deep.equal([
      { message: ['guest 2', 'grüße', 'key of grüße'] },
      { message: ['guest 1', 'hello', 'key of hello'] },
    ]);
    await late.close();
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
    await chats(...(await joins(`${example.url}/socket.io`, { ca })));
    await examined(await talkByWebSocket(`${example.url}/echo`, { ca }));
  },

  'express.js': echoes,
  'koa.js': echoes,
  'fastify.js': echoes,

  async 'cluster.js'({ url }) {
    expect(await body(`${url}/`)).to.include('/socket.io/socket.io.js');
    const first = await talkByPolling(`${url}/socket.io`);
    expect(await first.next()).to.have.keys('buffer');
    await chats(first, await joinsElsewhere(`${url}/socket.io`, first));
    await examined(await talkByPolling(`${url}/echo`));
  },

  async 'generations.js'({ url }) {
    for (const [page, script] of [
      ['/', '/socket.io/socket.io.js'],
      ['/0.9', '/socket.io-0.9.js'],
      ['/4', '/socket.io/socket.io.min.js'],
    ] as const) {
      // oxlint-disable eslint/no-await-in-loop -- one page after the other
      expect(await body(url + page)).to.include(script);
      expect(await body(url + script)).to.include('io');
      // oxlint-enable eslint/no-await-in-loop
    }
    const talks: (readonly [Talk, name: string])[] = [];
    for (const [protocol, talk] of [
      ['0.6', () => talkByWebSocket(`${url}/socket.io`)],
      ['0.9', () => talkByOfficial09(url)],
      ['4', () => talkByOfficial4(url)],
    ] as const) {
      // oxlint-disable eslint/no-await-in-loop -- one client after the other
      const name = `guest ${talks.length + 1} (${protocol})`;
      const one = await talk();
      expect(await one.next()).to.deep.equal({ name });
      for (const [other] of talks) {
        expect(await other.next()).to.deep.equal({ announcement: `${name} connected` });
      }
      talks.push([one, name]);
      // oxlint-enable eslint/no-await-in-loop
    }
    for (const [talk, from] of talks) {
      // oxlint-disable eslint/no-await-in-loop -- one message after the other
      await talk.send({ not: 'text' });
      await talk.send('grüße');
      for (const [other] of talks) {
        expect(await other.next()).to.deep.equal({ from, text: 'grüße' });
      }
      // oxlint-enable eslint/no-await-in-loop
    }
    for (let last = talks.pop(); last; last = talks.pop()) {
      const [talk, name] = last;
      // oxlint-disable eslint/no-await-in-loop -- one client after the other
      await talk.close();
      for (const [other] of talks) {
        expect(await other.next()).to.deep.equal({ announcement: `${name} disconnected` });
      }
      // oxlint-enable eslint/no-await-in-loop
    }
  },

  async 'migration/1-app-of-2011.js'({ url }) {
    expect(await body(`${url}/`)).to.include('/socket.io/socket.io.js');
    const [one, two] = [
      await talkByWebSocket(`${url}/socket.io`),
      await talkByPolling(`${url}/socket.io`),
    ];
    await saysToAll(one, [one, two]);
    await saysToAll(two, [one, two]);
    await one.close();
    await two.close();
  },

  async 'migration/2-bridge.js'({ url }) {
    expect(await body(`${url}/new`)).to.include('/socket.io/socket.io.min.js');
    await chatsOfTwoGenerations(url, (page) => saysToAll(page, [page]));
  },

  async 'migration/3-page-by-page.js'({ url }) {
    await chatsOfTwoGenerations(url, async (page) => {
      expect(await page.ask('say', 'hello')).to.equal('delivered');
      expect(await page.next()).to.deep.equal({ from: 'guest', text: 'hello' });
    });
  },

  async 'migration/4-official.js'({ url }) {
    expect(await body(`${url}/new`)).to.include('/socket.io/socket.io.min.js');
    const [one, two] = [await talkByOfficial4(url), await talkByOfficial4(url)];
    expect(await one.ask('say', 'hello')).to.equal('delivered');
    for (const page of [one, two]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one page after the other
      expect(await page.next()).to.deep.equal({ from: 'guest', text: 'hello' });
    }
    await one.close();
    await two.close();
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

/** Asks again until it is so; the processes of an example start and end on their own. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    // oxlint-disable eslint/no-await-in-loop -- one question after the other
    if (await holds()) return;
    await delay(50);
    // oxlint-enable eslint/no-await-in-loop
  }
  throw new Error(`Timed out waiting for ${what}`);
}

async function withExample(name: string, check: Check, environment: object = {}): Promise<void> {
  const example = await Example.start(join('example', name), '0', environment);
  try {
    await check(example);
  } finally {
    await example.stop();
  }
}

describe('examples', function () {
  this.timeout(30_000);

  for (const [name, check] of Object.entries(CHECKS)) {
    it(`${name} works`, () => withExample(name, check));
  }

  it('server.js reports a port that is in use', async () => {
    const file = join('example', 'server.js');
    const example = await Example.start(file);
    const { port } = new URL(example.url);
    const second = await Example.start(file, port).catch((error: Error) => error.message);
    await example.stop();
    expect(second).to.include(`Port ${port} is in use. Try another one: PORT=8081 npm start`);
    expect(second).to.include('ended with 1').and.not.to.include(' at ');
  });

  it('cluster.js uses Redis if there is one', async function () {
    if (!isInstalled(REDIS)) {
      console.warn('redis-server is not installed: cluster.js is not run with it');
      this.skip();
    }
    const redis = await EngineServer.start(REDIS);
    try {
      const environment = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
      const check = CHECKS['cluster.js'] as Check;
      await withExample(
        'cluster.js',
        async (example) => {
          expect(example.lines.join()).to.include('over Redis');
          await check(example);
        },
        environment,
      );
    } finally {
      await redis.stop();
    }
  });

  it('cluster.js replaces processes that end, and the others continue', () =>
    withExample('cluster.js', async (example) => {
      const base = `${example.url}/socket.io`;
      const first = await talkByPolling(base);
      expect(await first.next()).to.have.keys('buffer');
      const second = await joinsElsewhere(base, first);
      const processes = await example.processes();
      expect(processes).to.have.lengthOf(2);
      process.kill(processes[0] as number, 'SIGKILL');
      await eventually('a new process', async () => {
        const lines = example.lines.filter((line) => line.includes('is replaced'));
        const now = await example.processes();
        return lines.length === 1 && now.length === 2;
      });
      const third = await talkByWebSocket(base);
      expect(await third.next()).to.have.keys('buffer');
      // One of the two sessions has ended with its process.
      const seen = await Promise.any([first.next(), second.next()]);
      expect(seen).to.have.keys('announcement');
      await chats(third, await joinsElsewhere(base, third));
    }));

  it('the chat ignores messages that are not text', () =>
    withExample('server.js', async ({ url }) => {
      const [first, second] = await joins(`${url}/socket.io`);
      for (const message of [{}, { text: 1 }, { text: { toString: 1 } }, { n: null }]) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        await first.send(message);
      }
      await first.send('plain text, and much of it'.repeat(1000));
      const { message } = (await second.next()) as { message: [Author, string] };
      expect(message[1])
        .to.have.lengthOf(2000)
        .and.match(/^plain text/);
      await chats(first, second);
    }));

  it('are all checked here', () => {
    const names = ['', 'migration/'].flatMap((folder) =>
      readdirSync(join(PACKAGE, 'example', folder)).map((name) => folder + name),
    );
    const scripts = names.filter((name) => name.endsWith('.js'));
    const parts = ['chat.js', 'pages.js', 'self-signed.js', 'migration/pages.js'];
    expect(scripts).to.have.members([...parts, ...Object.keys(CHECKS)]);
  });
});
