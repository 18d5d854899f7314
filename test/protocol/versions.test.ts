import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { detectVersion } from '../../lib/protocol/versions.js';
import { listen, type Listener, type ListenerOptions, type Refusal } from '../../lib/index.js';
import { leastCpuMs } from '../support/cpu.js';

const START = '/socket.io/'.length;

describe('detectVersion', () => {
  const KNOCKS: readonly [string, string][] = [
    ['/socket.io/?EIO=2&transport=polling', 'Socket.IO 1'],
    ['/socket.io/?EIO=3&transport=polling&t=1-0&b64=1', 'Socket.IO 1 or 2'],
    ['/socket.io/?token=x&EIO=4&transport=websocket', 'Socket.IO 3 or 4'],
    ['/socket.io/?EIO=5', 'Engine.IO 5'],
    ['/socket.io/1/?t=1320000000000', 'Socket.IO 0.7 to 0.9'],
    ['/socket.io/1/websocket/4d4f185e96a7b', 'Socket.IO 0.7 to 0.9'],
  ];
  for (const [url, generation] of KNOCKS) {
    it(`detects ${generation} by ${url}`, () => {
      expect(detectVersion(url, START)).to.equal(generation);
    });
  }

  const OTHERS = ['', '?t=1', '1', '10/', 'app/?EIO=4', '?EIOS=4', '?xEIO=4', '?a=EIO=4', '?EIO='];
  for (const rest of OTHERS) {
    it(`does not detect a version in /socket.io/${rest}`, () => {
      expect(detectVersion(`/socket.io/${rest}`, START)).to.equal(null);
    });
  }

  it('reads a long query once', () => {
    const url = `/socket.io/?${'EIO=&'.repeat(13_000)}`;
    // linear takes 1 ms, quadratic 400 ms
    expect(leastCpuMs(() => expect(detectVersion(url, START)).to.equal(null))).to.be.below(100);
  });
});

async function upgradeStatus(url: string): Promise<number | undefined> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode?: number },
  ];
  socket.terminate();
  return response.statusCode;
}

describe('a client of a later Socket.IO', () => {
  let server: Server;
  let io: Listener;
  let lines: string[];
  let refusals: Refusal[];

  async function serve(options: ListenerOptions = {}): Promise<string> {
    server = createServer((_request, response) => response.end('app'));
    lines = [];
    refusals = [];
    io = listen(server, { flashPolicyServer: false, log: (line) => lines.push(line), ...options });
    io.on('refused', (refusal) => refusals.push(refusal));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    io.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const EIO = '/socket.io/?EIO=4&transport=polling';
  for (const [path, protocols, supported] of [
    [EIO, ['0.6', '0.9'], '0.5 to 0.9, not 1 to 4'],
    [EIO, ['0.9'], '0.7 to 0.9, not 1 to 4'],
    [EIO, ['0.6'], '0.5 and 0.6, not 0.7 to 4'],
    ['/socket.io/1/?t=1', ['0.6'], '0.5 and 0.6, not 0.7 to 4'],
  ] as const) {
    it(`receives the supported versions at ${path}, if they are ${supported}`, async () => {
      const url = await serve({ protocols });
      const response = await fetch(url + path);
      expect(response.status).to.equal(400);
      expect(await response.text()).to.include(`supports Socket.IO ${supported}: `);
      expect(refusals.map(({ code }) => code)).to.deep.equal(['ERR_SIO_UNSUPPORTED_VERSION']);
      expect(lines.at(-1)).to.match(/^Refused a client of Socket\.IO /);
    });
  }

  it('receives them for an upgrade too', async () => {
    const url = await serve();
    expect(await upgradeStatus(`${url}/socket.io/?EIO=4&transport=websocket`)).to.equal(400);
    expect(refusals.map(({ code }) => code)).to.deep.equal(['ERR_SIO_UNSUPPORTED_VERSION']);
  });

  it('receives them in a page of another allowed origin, with credentials', async () => {
    const url = await serve({ origins: 'example.com:*' });
    const knock = (origin: string): Promise<Response> =>
      fetch(`${url}/socket.io/?EIO=3&transport=polling`, { headers: { Origin: origin } });
    const allowed = (await knock('http://example.com')).headers;
    expect(allowed.get('access-control-allow-origin')).to.equal('http://example.com');
    expect(allowed.get('access-control-allow-credentials')).to.equal('true');
    const others = (await knock('http://example.org')).headers;
    expect(others.get('access-control-allow-origin')).to.equal(null);
  });

  it('is left to another upgrade handler, such as a server of its own version', async () => {
    const url = await serve();
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
    });
    const path = '/socket.io/?EIO=4&transport=';
    expect(await (await fetch(`${url}${path}polling`)).text()).to.equal('app');
    expect(await upgradeStatus(`${url}${path}websocket`)).to.equal(418);
    expect(refusals).to.deep.equal([]);
  });

  it('is left to the application at other paths', async () => {
    const url = await serve({ resource: 'other' });
    const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    expect(await response.text()).to.equal('app');
  });

  it('that requests a disabled transport is logged', async () => {
    const url = await serve({ transports: ['websocket'] });
    expect(await (await fetch(`${url}/socket.io/xhr-polling/`)).text()).to.equal('app');
    expect(lines.at(-1)).to.equal(
      'A client requests transport "xhr-polling"; `transports` has websocket',
    );
  });
});
