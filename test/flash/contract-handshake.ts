/** The contract between page and swf until the connection is open. */
import { same } from '../browser/eventually.js';
import { FlashSocket, type Check, type ContractContext } from './flash-socket.js';

async function handshake(context: ContractContext): Promise<void> {
  await context.page.call('cookie', 'flavour=oat');
  await context.page.call('call', 'setCallerUrl', ['http://127.0.0.1:81/Page?x#y']);
  const socket = new FlashSocket(context);
  await socket.create({ headers: 'X-One: 1\r\nX-Two: 2\r\n' });
  const connection = await context.wire.next();
  const head = await connection.accept();
  same(
    head.map((line) => line.replace(/(Key\d: ).*/, '$1…')),
    [
      'GET /path?query HTTP/1.1',
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      `Host: 127.0.0.1:${context.port}`,
      'Origin: http://127.0.0.1:81',
      'Cookie: flavour=oat',
      'Sec-WebSocket-Key1: …',
      'Sec-WebSocket-Key2: …',
      'X-One: 1',
      'X-Two: 2',
    ],
    'head',
  );
  const { readyState, protocol } = await socket.event('open');
  same([readyState, protocol ?? null], [1, null], 'readyState and protocol');
  await socket.call('close');
}

async function defaultPort(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ url: 'ws://127.0.0.1' });
  const head = await (await context.wire.next()).accept();
  same(head[0], 'GET / HTTP/1.1', 'request line');
  same(head[3], 'Host: 127.0.0.1', 'Host');
  await socket.event('open');
  await socket.call('close');
}

async function otherHost(context: ContractContext): Promise<void> {
  await context.page.call('cookie', 'flavour=oat');
  const socket = new FlashSocket(context);
  await socket.create({ url: `ws://localhost:${context.port}/` });
  const head = await (await context.wire.next()).accept();
  same(head[5]?.trim(), 'Cookie:', 'Cookie');
  await socket.event('open');
  await socket.call('close');
}

async function manyKeys(context: ContractContext): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const socket = new FlashSocket(context);
    const connection = await socket.open();
    connection.socket.destroy();
  }
}

async function requestsProtocol(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ protocols: ['sample'] });
  const connection = await context.wire.next();
  const head = await connection.accept({ 'Sec-WebSocket-Protocol': 'sample' });
  same(head.includes('Sec-WebSocket-Protocol: sample'), true, 'the protocol in the request');
  same((await socket.event('open')).protocol, 'sample', 'protocol');
  await socket.call('close');
}

/** The headers of invalid handshake responses, by the kind of fault. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a status that is not 101': { '': 'HTTP/1.1 200 OK' },
  'another version of HTTP': { '': 'HTTP/1.0 101 Switching Protocols' },
  'another Upgrade': { Upgrade: 'TLS/1.0' },
  'another Connection': { Connection: 'close' },
  'another origin': { 'Sec-WebSocket-Origin': 'http://example.com' },
};

async function refuses(
  context: ContractContext,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create();
  await (await context.wire.next()).accept(changes);
  await socket.fails();
}

async function noSpace(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create();
  const connection = await context.wire.next();
  await connection.head();
  connection.write('HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade:WebSocket\r\n\r\n');
  await socket.fails();
}

async function otherProtocol(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ protocols: ['sample'] });
  await (await context.wire.next()).accept({ 'Sec-WebSocket-Protocol': 'other' });
  await socket.fails();
}

async function wrongProof(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create();
  const connection = await context.wire.next();
  const head = await connection.head();
  const origin = head.find((line) => line.startsWith('Origin: '));
  connection.write(
    'HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\n' +
      `Connection: Upgrade\r\nSec-WebSocket-${origin}\r\n\r\n0123456789abcdef`,
  );
  await socket.fails();
}

async function closeInHandshake(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create();
  const connection = await context.wire.next();
  await connection.head();
  connection.socket.destroy();
  same((await socket.event('close')).readyState, 3, 'readyState');
}

async function badUrl(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ url: 'no url at all' });
  await socket.fails();
}

async function secureUrl(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ url: `wss://127.0.0.1:${context.port}/` });
  await socket.fails();
}

async function forgedHeader(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ url: `ws://127.0.0.1:${context.port}/ HTTP/1.1\r\nX-Forged: 1` });
  await socket.fails();
}

async function tunnels(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create({ url: 'ws://example.com/chat', proxy: context.port });
  const connection = await context.wire.next();
  const [requestLine] = await connection.head();
  same(requestLine?.startsWith('CONNECT example.com:80 HTTP/1.'), true, 'CONNECT');
  connection.write('HTTP/1.1 200 Connection established\r\n\r\n');
  const head = await connection.accept();
  same(head[0], 'GET /chat HTTP/1.1', 'request line');
  same(head[3], 'Host: example.com', 'Host');
  await socket.event('open');
  await socket.call('close');
}

/** The checks that every WebSocketMain.swf passes. */
export const HANDSHAKE: Readonly<Record<string, Check>> = {
  'sends the handshake of draft 76': handshake,
  'omits the default port': defaultPort,
  'sends no cookies to another host': otherHost,
  'requests a protocol': requestsProtocol,
  ...Object.fromEntries(
    Object.entries(REFUSED).map(([what, changes]): [string, Check] => [
      `rejects ${what}`,
      (context) => refuses(context, changes),
    ]),
  ),
  'rejects a header without a space': noSpace,
  'rejects another protocol': otherProtocol,
  'rejects a wrong response to the challenge': wrongProof,
  'reports a close during the handshake': closeInHandshake,
};

/** The checks that only our file passes; the one of 2011 fails them under Ruffle. */
export const HANDSHAKE_OURS: Readonly<Record<string, Check>> = {
  'generates valid keys': manyKeys,
  'connects through a proxy': tunnels,
  'reports a bad URL': badUrl,
  'reports a wss URL': secureUrl,
  'reports a URL that would forge a header': forgedHeader,
};
