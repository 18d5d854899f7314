import { expect } from 'chai';
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { XhrPollingDriver } from '../../support/drivers/index.js';
import { RawSocket } from '../../support/raw.js';
import { serve } from '../../support/server.js';
import { newSession } from '../../support/v1.js';

describe('A POST that is not a plain form', () => {
  const bodies: readonly (readonly [string, Record<string, string>, string | Buffer])[] = [
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync('data=~m~2~m~hi')],
    [
      'multipart',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n~m~2~m~hi\r\n--x--\r\n',
    ],
    ['JSON', { 'content-type': 'application/json' }, '{"data":"~m~2~m~hi"}'],
  ];
  for (const [name, headers, body] of bodies) {
    it(`is refused with 415 and a line in the log: ${name}`, async () => {
      const lines: string[] = [];
      const { port, client: find } = await serve({ log: (line: string) => lines.push(line) });
      const driver = await new XhrPollingDriver(port).open();
      const client = await find(driver.sessionId);
      client.on('message', () => expect.fail('delivered'));
      const response = await fetch(
        `http://127.0.0.1:${port}/socket.io/xhr-polling/${driver.sessionId}/send`,
        { method: 'POST', headers, body },
      );
      expect(response.status).to.equal(415);
      expect(await response.text()).to.include('plain form');
      expect(
        lines.filter((line) => line.startsWith('Refused a POST with Content-')),
      ).to.have.length(1);
    });
  }
});

describe('A POST of 0.9 without readable packets', () => {
  const parts = '--x\r\nContent-Disposition: form-data; name="d"\r\n\r\n3:::hi\r\n--x--\r\n';
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
  for (const [transport, name, headers, body] of [
    ['xhr-polling', 'compressed', { 'content-encoding': 'gzip' }, gzipSync('3:::hi')],
    ['xhr-polling', 'multipart', multipart, parts],
    ['jsonp-polling', 'compressed', { 'content-encoding': 'gzip' }, gzipSync('d="3:::hi"')],
    ['jsonp-polling', 'multipart', multipart, parts],
  ] as const) {
    it(`is refused with 415 and a line in the log: ${transport}, ${name}`, async () => {
      const lines: string[] = [];
      const { port, client: find } = await serve({ log: (line: string) => lines.push(line) });
      const sessionId = await newSession(port);
      const url = `http://127.0.0.1:${port}/socket.io/1/${transport}/${sessionId}`;
      await fetch(url);
      (await find(sessionId)).on('message', () => expect.fail('delivered'));
      const response = await fetch(url, { method: 'POST', headers, body });
      expect(response.status).to.equal(415);
      expect(
        lines.filter((line) => line.startsWith('Refused a POST with Content-')),
      ).to.have.length(1);
    });
  }

  it('is delivered if its packets are readable, whatever its headers are', async () => {
    const { port, client: find } = await serve();
    const sessionId = await newSession(port);
    const url = `http://127.0.0.1:${port}/socket.io/1/xhr-polling/${sessionId}`;
    await fetch(url);
    const client = await find(sessionId);
    const message = once(client as never, 'message');
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: '3:::hi' });
    expect(await response.text()).to.equal('1');
    expect(await message).to.deep.equal(['hi']);
  });
});

describe('Responses of a session', () => {
  it('forbid caches to store them, and proxies to transform streams', async () => {
    const { port } = await serve();
    const cacheControl = async (path: string): Promise<string | null> => {
      const abort = new AbortController();
      const url = `http://127.0.0.1:${port}/socket.io/${path}`;
      const { headers } = await fetch(url, { signal: abort.signal });
      abort.abort();
      return headers.get('cache-control');
    };
    expect(await cacheControl('xhr-polling//1')).to.equal('no-store');
    expect(await cacheControl('jsonp-polling//1/0')).to.equal('no-store');
    for (const stream of ['htmlfile', 'xhr-multipart', 'server-events']) {
      expect(await cacheControl(`${stream}//1`), stream).to.equal('no-store, no-transform');
    }
  });

  it('pass their headers to `writeHead` as an object, which middleware can read', async () => {
    const seen: string[] = [];
    const { port, server } = await serve();
    server.prependListener('request', (_request, response: ServerResponse) => {
      const writeHead = response.writeHead.bind(response);
      response.writeHead = (status: number, headers?: unknown): ServerResponse => {
        seen.push(Array.isArray(headers) ? 'list' : typeof headers);
        return writeHead(status, headers as OutgoingHttpHeaders);
      };
    });
    for (const path of ['xhr-polling', 'jsonp-polling//1/0', 'htmlfile', 'server-events']) {
      const abort = new AbortController();
      await fetch(`http://127.0.0.1:${port}/socket.io/${path}`, { signal: abort.signal });
      abort.abort();
    }
    expect(seen).to.deep.equal(['object', 'object', 'object', 'object']);
  });

  it('end with the connection if they have no length and no chunks', async () => {
    const { port } = await serve();
    for (const [path, version] of [
      ['xhr-multipart', '1.1'],
      ['server-events', '1.0'],
      ['htmlfile', '1.0'],
    ] as const) {
      const raw = await RawSocket.connect(port);
      raw.write(`GET /socket.io/${path}//1 HTTP/${version}\r\nHost: x\r\n\r\n`);
      const { headers } = await raw.readHead();
      expect(headers['connection'], path).to.equal('close');
      expect(headers['transfer-encoding'], path).to.equal(undefined);
      raw.destroy();
    }
  });
});
