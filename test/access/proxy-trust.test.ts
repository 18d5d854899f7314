import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { ProxyTrust } from '../../lib/access/proxy-trust.js';
import { HIXIE_76 } from '../support/frames.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';
import { openPolling } from '../support/requests.js';
import { serve } from '../support/server.js';

type Option = number | string | readonly string[];

function incoming(remoteAddress: string, forwarded?: string, proto?: string): IncomingMessage {
  const headers = { 'x-forwarded-for': forwarded, 'x-forwarded-proto': proto };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

const at = (option: Option, direct: string, proto?: string): boolean =>
  new ProxyTrust(option).isSecure(incoming(direct, undefined, proto));

const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

describe('ProxyTrust.addressOf', () => {
  const PROXY = '10.0.0.1';
  for (const [option, direct, forwarded, address] of [
    [0, PROXY, '1.2.3.4', PROXY],
    [[], PROXY, '1.2.3.4', PROXY],
    ['', PROXY, '1.2.3.4', PROXY],
    [1, PROXY, '1.2.3.4', '1.2.3.4'],
    // what a client sends itself is on the left
    [1, PROXY, '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    [2, PROXY, '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
    [2, PROXY, '1.2.3.4', '1.2.3.4'],
    [1, PROXY, undefined, PROXY],
    [1, PROXY, 'unknown', PROXY],
    [2, PROXY, 'unknown, 10.0.0.2', '10.0.0.2'],
    [1, PROXY, '1.2.3.4:5678', '1.2.3.4'],
    [1, PROXY, '[2001:db8::1]:5678', '2001:db8::1'],
    [1, '::ffff:10.0.0.1', undefined, '::ffff:10.0.0.1'],
    ['10.0.0.1', '::ffff:10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['10.0.0.0/8', PROXY, '1.2.3.4, 10.1.1.1', '1.2.3.4'],
    ['10.0.0.0/8', '11.0.0.1', '1.2.3.4', '11.0.0.1'],
    [['loopback', '192.0.2.7'], '127.0.0.1', '1.2.3.4, 192.0.2.7', '1.2.3.4'],
    ['loopback, uniquelocal', '::1', '6.6.6.6, 1.2.3.4, fd00::1', '1.2.3.4'],
    ['linklocal', 'fe80::1%eth0', '1.2.3.4', '1.2.3.4'],
  ] as readonly [Option, string, string | undefined, string][]) {
    it(`is ${address} for ${forwarded} from ${direct}, with ${JSON.stringify(option)}`, () => {
      expect(new ProxyTrust(option).addressOf(incoming(direct, forwarded))).to.equal(address);
    });
  }

  it('is what the proxy has added, however much the client sends itself', () => {
    const many = Array.from({ length: 200 }, () => '6.6.6.6').join(', ');
    expect(new ProxyTrust(1).addressOf(incoming(PROXY, `${many}, 1.2.3.4`))).to.equal('1.2.3.4');
  });

  it('reads no more than 32 hops', () => {
    const many = Array.from({ length: 1000 }, () => '10.0.0.1').join(',');
    expect(new ProxyTrust('10.0.0.1').addressOf(incoming(PROXY, `1.2.3.4,${many}`))).to.equal(
      PROXY,
    );
  });
});

describe('ProxyTrust.isSecure', () => {
  it('is true for a header of a trusted proxy only', () => {
    expect(at(1, '10.0.0.1', 'https')).to.equal(true);
    expect(at('10.0.0.1', '10.0.0.1', 'https, http')).to.equal(true);
    expect(at('10.0.0.1', '10.0.0.2', 'https')).to.equal(false);
    expect(at(0, '10.0.0.1', 'https')).to.equal(false);
    expect(at(1, '10.0.0.1', 'http')).to.equal(false);
    expect(at(1, '10.0.0.1')).to.equal(false);
    const gone = { headers: { 'x-forwarded-proto': 'https' }, socket: {} };
    expect(new ProxyTrust('10.0.0.1').isSecure(gone as unknown as IncomingMessage)).to.equal(false);
  });

  it('is true for TLS to this server, for any headers', () => {
    const secure = { headers: { 'x-forwarded-proto': 'http' }, socket: { encrypted: true } };
    expect(new ProxyTrust(1).isSecure(secure as unknown as IncomingMessage)).to.equal(true);
  });
});

describe('the option `trustProxy`', () => {
  for (const entry of ['10.0.0.0/33', 'nonsense', '10.0.0.1/8/8', '::1/x', 'toString']) {
    it(`rejects ${entry}`, () => {
      expect(() => new ProxyTrust(entry))
        .to.throw(TypeError)
        .with.property('message')
        .that.includes(`got '${entry}'`);
    });
  }

  it('gives the address of a client, and counts it', async () => {
    const { io, port } = await serve({ trustProxy: 'loopback', maxSessionsPerAddress: 1 });
    const id = await openPolling(port, from('192.0.2.1'));
    expect(io.clients[id]?.remoteAddress).to.equal('192.0.2.1');
    await openPolling(port, from('192.0.2.2'));
    const { status } = await request(port, '/socket.io/xhr-polling//1', {
      headers: from('192.0.2.1'),
    });
    expect(status).to.equal(429);
  });

  it('gives the scheme in the handshake of draft 76', async () => {
    for (const [trustProxy, location] of [
      [1, 'wss://localhost/socket.io/websocket'],
      [0, 'ws://localhost/socket.io/websocket'],
    ] as const) {
      // oxlint-disable eslint/no-await-in-loop -- one after the other
      const { port } = await serve({ trustProxy });
      const raw = await RawSocket.connect(port);
      const headers = { ...HIXIE_76, 'X-Forwarded-Proto': 'https' };
      raw.write(requestBytes('/socket.io/websocket', { headers }));
      expect((await raw.readHead()).headers['sec-websocket-location']).to.equal(location);
      // oxlint-enable eslint/no-await-in-loop
    }
  });
});
