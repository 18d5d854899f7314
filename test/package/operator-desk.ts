import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE, type Example } from './example.js';
import { talkByWebSocket, type Talk } from './talk.js';

const HOSTILE = '<img src=x onerror=alert(1)>';
/** Ways to make HTML of a text. */
const HTML_SINK = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b/;

interface Description {
  readonly id: string;
  readonly protocol: string;
}

/** What the page receives. */
interface Message {
  readonly points?: readonly { readonly current: number }[];
  readonly point?: { readonly current: number; readonly byProtocol: object };
  readonly clients?: readonly Description[];
  readonly refusals?: readonly { readonly code: string; readonly path: string; agent: string }[];
  readonly frame?: { readonly direction: string; readonly text: string };
  readonly kicked?: { readonly found: boolean };
}

/** The page of an operator: reads messages until one is wanted. */
class Page {
  readonly #talk: Talk;
  /** All that has arrived, as text. */
  seen = '';

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  send(message: object): Promise<void> {
    return this.#talk.send(message);
  }

  async until<T>(find: (message: Message) => T | undefined | false): Promise<T> {
    for (;;) {
      const message = (await this.#talk.next()) as Message;
      this.seen += JSON.stringify(message);
      const found = find(message);
      if (found !== undefined && found !== false) return found;
    }
  }

  close(): Promise<void> {
    return this.#talk.close();
  }
}

function logIn(url: string, password: string): Promise<Response> {
  const body = new URLSearchParams({ password });
  return fetch(`${url}/operator/login`, { method: 'POST', body, redirect: 'manual' });
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error: Error) => error.message,
  );
}

/** Only what has the cookie of a login gets in, and only from the page itself. */
async function guards({ url, lines }: Example): Promise<string> {
  const password = /Password: (\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  expect(password).to.have.length.above(10);
  const page = await fetch(`${url}/operator`);
  expect(page.status).to.equal(401);
  expect(page.headers.get('content-security-policy')).to.include("script-src 'self'");
  expect(await page.text())
    .to.include('type="password"')
    .and.not.include('page.js');
  for (const path of ['/operator/page.html', '/operator/login.js', '/operator/../package.json']) {
    expect((await fetch(url + path)).status, path).to.equal(404);
  }
  const wrong = await logIn(url, `${password}!`);
  expect(wrong.headers.get('location')).to.equal('/operator?wrong');
  expect(wrong.headers.get('set-cookie')).to.equal(null);
  expect(await (await fetch(`${url}/operator?wrong`)).text()).to.include('Wrong password');
  const right = await logIn(url, password);
  const header = right.headers.get('set-cookie') ?? '';
  expect(header).to.include('HttpOnly').and.include('SameSite=Strict');
  const cookie = header.split(';')[0] ?? '';
  const operator = `${url}/operator`;
  expect(await refusalOf(talkByWebSocket(operator))).to.include('403');
  const foreign = { cookie, origin: 'http://other.example' };
  expect(await refusalOf(talkByWebSocket(operator, { headers: foreign }))).to.include('403');
  const guessed = { cookie: 'operator=guess' };
  expect(await refusalOf(talkByWebSocket(operator, { headers: guessed }))).to.include('403');
  return cookie;
}

/** Sees a client of a chat, reads what it sends, ends its session; no secret reaches the page. */
export async function operatesAChat(example: Example): Promise<void> {
  const { url } = example;
  const cookie = await guards(example);
  const headers = { cookie };
  expect(await (await fetch(`${url}/operator`, { headers })).text()).to.include('page.js');
  const page = new Page(await talkByWebSocket(`${url}/operator`, { headers }));
  await page.until(({ points }) => points);
  const client = await talkByWebSocket(`${url}/socket.io`);
  const [shown] = await page.until(({ clients }) => (clients?.length === 1 ? clients : undefined));
  expect(shown?.protocol).to.equal('0.6');
  const point = await page.until((message) => message.point);
  expect(point).to.deep.include({ current: 1, byProtocol: { '0.6': 1 } });

  await page.send({ watch: shown?.id });
  await page.until((message) => 'watched' in message);
  await client.send(HOSTILE);
  const frame = await page.until((message) => message.frame);
  expect(frame).to.include({ direction: 'in', text: HOSTILE });

  const agent = { 'user-agent': HOSTILE };
  await fetch(`${url}/socket.io/xhr-polling/${'7'.repeat(38)}/1`, { headers: agent });
  const [refused] = await page.until(({ refusals }) => refusals?.length === 1 && refusals);
  expect(refused).to.deep.include({ code: 'ERR_SIO_UNKNOWN_SESSION', agent: HOSTILE });
  expect(refused?.path).to.equal('/socket.io/xhr-polling/…/1');

  for (const wrong of [{ kick: 1 }, { kick: client.sessionId }, { watch: {} }, {}]) {
    await page.send(wrong);
  }
  await page.until(({ kicked }) => kicked && !kicked.found);
  await page.send({ kick: shown?.id });
  expect(await page.until(({ kicked }) => kicked)).to.include({ found: true });
  await page.until((message) => message.point?.current === 0);
  expect(page.seen.replaceAll(`"kicked":{"id":"${client.sessionId}"`, '')).to.not.include(
    client.sessionId,
  );
  await page.close();

  await fetch(`${url}/operator/logout`, { method: 'POST', headers, redirect: 'manual' });
  expect((await fetch(`${url}/operator`, { headers })).status).to.equal(401);
  for (const file of ['page.js', 'plot.js']) {
    const code = readFileSync(join(PACKAGE, 'example', 'operator', file), 'utf8');
    expect(code).to.not.match(HTML_SINK);
  }
  limitsGuesses();
}

/** Five wrong passwords at once, then one each five seconds. */
function limitsGuesses(): void {
  const { Login } = require(join(PACKAGE, 'example', 'operator', 'login.js')) as {
    Login: new (password: string) => { refilledAt: number; mayTry(now: number): boolean };
  };
  const login = new Login('right');
  const start = login.refilledAt;
  const tries = (seconds: number, count: number): boolean[] =>
    Array.from({ length: count }, () => login.mayTry(start + seconds * 1000));
  expect(tries(0, 6)).to.deep.equal([true, true, true, true, true, false]);
  expect(tries(4, 1)).to.deep.equal([false]);
  expect(tries(6, 2)).to.deep.equal([true, false]);
  expect(tries(3600, 6)).to.deep.equal([true, true, true, true, true, false]);
}
