/** The scenarios that all combinations of page and swf must pass. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestListener } from 'node:http';
import type { App } from './app.js';
import type { Page } from '../browser/browsers/browser.js';
import { eventually, NOTICE_MS, same } from '../browser/eventually.js';
import { Peer } from './peer.js';
import type { SocketProxy } from './socket-proxy.js';

export interface Context {
  readonly app: App;
  readonly serve: RequestListener;
  readonly proxy: SocketProxy;
  readonly page: Page;
  /** Another page of the same kind. */
  readonly otherPage: Page;
  /** Opens one more, by another name of this host. */
  readonly openAt: (host: string) => Promise<Page>;
}

export type Scenario = (context: Context, name: string) => Promise<void>;

const MESSAGES = 1000;
const LARGE = 'The quick brown fox é日本\u{1F600} 100% & "more"+\\ '.repeat(6000);
const IDLE_MS = 1500;

const UNICODE = [
  'grüße žluťoučký 日本語',
  'a\u{1F600}b \u{1D4B3} \u{10FFFF}',
  '~m~3~m~abc~m~4~m~x~m~',
  'line\nfeed\r\nreturn\ttab',
  '\u2028\u2029\ufeff\ufffd\uffff\u0080\u07ff\u0800',
  '%41%C3%A9 100% + & = # </script> \\ " \'',
  'with \u0000 a NUL',
  '',
];
const VALUES = [
  { three: 3, nested: [1, { text: '日本\u{1F600}' }], none: null, yes: true },
  'text',
];

async function connect({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app);
  same((await peer.state()).transport, 'flashsocket', 'transport of the page');
  const client = await peer.client();
  same(client.transport, 'flashsocket', 'transport of the session');
  same(client.request.headers.origin, `http://127.0.0.1:${app.port}`, 'origin');
  same(client.request.headers.upgrade, 'WebSocket', 'Upgrade');
  same('sec-websocket-key1' in client.request.headers, true, 'keys of draft 76');
  await peer.disconnect();
}

async function echo(context: Context, name: string, messages: readonly unknown[]): Promise<void> {
  const peer = await Peer.connect(context.page, name, context.app);
  context.app.echo = true;
  await peer.send(...messages);
  await peer.delivers(messages);
  await peer.receives(messages);
  context.app.echo = false;
  await peer.disconnect();
}

async function up({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app);
  const messages = Array.from({ length: MESSAGES }, (_, i) => `message ${i}`);
  await peer.send(...messages);
  await peer.delivers(messages);
  await peer.disconnect();
}

async function down({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app);
  const client = await peer.client();
  const messages = Array.from({ length: MESSAGES }, (_, i) => `message ${i}`);
  for (const message of messages) client.send(message);
  await peer.receives(messages);
  await peer.disconnect();
}

async function push({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app);
  await sleep(IDLE_MS);
  (await peer.client()).send('after a while');
  await peer.receives(['after a while']);
  await peer.disconnect();
}

/** The next heartbeat is sent after the page has echoed the previous one. */
async function heartbeat({ app, page, serve }: Context, name: string): Promise<void> {
  await app.stop();
  const flashsocket = { heartbeatInterval: 100 };
  await app.start(serve, { transportOptions: { flashsocket } });
  const peer = await Peer.connect(page, name, app);
  const { connection } = await peer.client();
  const goal = connection.bytesWritten + 3 * '\0~m~4~m~~h~1\xff'.length;
  await eventually('three heartbeats', () => connection.bytesWritten >= goal);
  same((await peer.state()).received, 0, 'messages in the page');
  await peer.disconnect();
  await app.stop();
  await app.start(serve);
}

async function broadcast({ app, page, otherPage }: Context, name: string): Promise<void> {
  const one = await Peer.connect(page, name, app);
  const other = await Peer.connect(otherPage, name, app);
  (await one.client()).broadcast('from one');
  (await other.client()).broadcast('from the other');
  await other.receives(['from one']);
  await one.receives(['from the other']);
  await one.disconnect();
  await other.disconnect();
}

async function pageDisconnects({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app);
  const client = await peer.client();
  await peer.disconnect();
  await eventually("'disconnect' on the server", () => app.disconnected.has(client), NOTICE_MS);
  await peer.until("'disconnect'", (state) => state.disconnects === 1, NOTICE_MS);
  same((await peer.state()).connected, false, 'connected');
}

async function serverDisconnects({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app, { reconnect: false });
  const client = await peer.client();
  client.send('last words');
  client.disconnect();
  await peer.until("'disconnect'", (state) => state.disconnects === 1, NOTICE_MS);
  await peer.receives(['last words']);
  same(app.disconnected.has(client), true, "'disconnect' on the server");
}

async function connectionBreaks({ app, page }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app, { reconnect: false });
  const client = await peer.client();
  client.connection.resetAndDestroy();
  await peer.until("'disconnect'", (state) => state.disconnects === 1, NOTICE_MS);
  await eventually("'disconnect' on the server", () => app.disconnected.has(client), NOTICE_MS);
}

async function restart({ app, page, serve }: Context, name: string): Promise<void> {
  const peer = await Peer.connect(page, name, app, { reconnectionDelay: 100 });
  const before = (await peer.state()).sessionId;
  await app.stop();
  await peer.until("'disconnect'", (state) => !state.connected, NOTICE_MS);
  await app.start(serve);
  await peer.until('a connection', (state) => state.connected);
  same((await peer.state()).sessionId === before, false, 'the same session');
  app.echo = true;
  await peer.send('again');
  await peer.receives(['again']);
  app.echo = false;
  await peer.disconnect();
}

async function policyOn843({ app, page, proxy }: Context, name: string): Promise<void> {
  proxy.grants.length = 0;
  const peer = await Peer.connect(page, name, app);
  same(proxy.grants, ['843'], 'policy file from');
  await peer.disconnect();
}

async function policyInline({ app, page, proxy, serve }: Context, name: string): Promise<void> {
  await app.stop();
  await app.start(serve, { flashPolicyServer: false, origins: '127.0.0.1:*' });
  proxy.grants.length = 0;
  const peer = await Peer.connect(page, name, app);
  same(proxy.grants, ['inline'], 'policy file from');
  await peer.disconnect();
  await app.stop();
  await app.start(serve);
}

/** A page on `localhost`, and a server at `127.0.0.1`. */
async function foreignPage({ app, proxy, serve, openAt }: Context, name: string): Promise<void> {
  await app.stop();
  await app.start(serve, { origins: 'localhost:*' });
  const page = await openAt('localhost');
  proxy.grants.length = 0;
  const peer = await Peer.connect(page, name, app, { host: '127.0.0.1' });
  same(proxy.grants, ['843'], 'policy file from');
  const { origin, cookie } = (await peer.client()).request.headers;
  same([origin, cookie], [`http://localhost:${app.port}`, ''], 'origin and cookie');
  app.echo = true;
  await peer.send('from afar');
  await peer.receives(['from afar']);
  app.echo = false;
  await page.close();
  await app.stop();
  await app.start(serve);
}

async function foreignPageRefused(context: Context, name: string): Promise<void> {
  const { app, proxy, serve, openAt } = context;
  await app.stop();
  await app.start(serve, { origins: '127.0.0.1:*' });
  const page = await openAt('localhost');
  proxy.grants.length = 0;
  await page.call('open', name, { host: '127.0.0.1', reconnect: false });
  await eventually('a refusal by the player', () => proxy.grants.length > 0, 15_000);
  same(proxy.grants[0], null, 'policy file from');
  same((await new Peer(page, name, app).state()).connected, false, 'connected');
  same(app.clients.length, 0, 'sessions');
  await page.close();
  await app.stop();
  await app.start(serve);
}

async function nativeWebSocket({ app, page }: Context, name: string): Promise<void> {
  const source = await page.evaluate<string>('Function.prototype.toString.call(WebSocket)');
  same(source.includes('[native code]'), true, 'a native WebSocket');
  same(await page.evaluate('typeof swfobject'), 'undefined', 'swfobject');
  const flash = await Peer.connect(page, `${name} 1`, app);
  const native = await Peer.connect(page, `${name} 2`, app, { transports: ['websocket'] });
  same((await flash.client()).transport, 'flashsocket', 'transport');
  same((await native.client()).transport, 'websocket', 'transport');
  await flash.disconnect();
  await native.disconnect();
}

async function refusedAtOnce({ app, page, serve }: Context, name: string): Promise<void> {
  await app.stop();
  await app.start(serve, { origins: 'example.com:*' });
  await page.call('open', name, { reconnect: false });
  const peer = new Peer(page, name, app);
  await peer.until("'connect_failed'", (state) => state.failures === 1, NOTICE_MS);
  await app.stop();
  await app.start(serve);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'connects by draft 76': connect,
  echo: (context, name) => echo(context, name, ['hello']),
  [`${MESSAGES} messages up, in order`]: up,
  [`${MESSAGES} messages down, in order`]: down,
  'JSON both ways': (context, name) => echo(context, name, VALUES),
  'unicode both ways': (context, name) => echo(context, name, UNICODE),
  [`${LARGE.length} characters both ways`]: (context, name) => echo(context, name, [LARGE]),
  'push while idle': push,
  heartbeats: heartbeat,
  'broadcast between two pages': broadcast,
  'the page disconnects': pageDisconnects,
  'the server disconnects': serverDisconnects,
  'the connection breaks': connectionBreaks,
  'reconnects after a restart': restart,
  'policy file from port 843': policyOn843,
  "policy file from the app's port": policyInline,
  'from a page of another host': foreignPage,
  'refused for a page of another host': foreignPageRefused,
};

/** The scenarios that client 0.6.3 does not have to pass. */
export const OUR_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'does not change the native WebSocket': nativeWebSocket,
  'fails at once when the player refuses': refusedAtOnce,
};
