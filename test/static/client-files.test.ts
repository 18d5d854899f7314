import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { serve } from '../support/server.js';
import { RawSocket, request, requestBytes } from '../support/raw.js';
import { withoutDate } from '../support/requests.js';

const PACKAGE = join(__dirname, '..', '..', '..');
const SCRIPT = join(PACKAGE, 'build', 'client', 'socket.io.min.js');
const MAP = join(PACKAGE, 'build', 'client', 'socket.io.map.json');
const READABLE = join(PACKAGE, 'build', 'client', 'socket.io.js');
const FLASH = join(PACKAGE, 'client', 'flash', 'WebSocketMain.swf');

const SCRIPT_OF_0_9 = require.resolve('socket.io-client-0.9.17/dist/socket.io.min.js');
const DELIVERY = join(PACKAGE, 'build', 'client', 'socket.io.delivery.min.js');

const FILES = [
  ['socket.io.js', SCRIPT, 'text/javascript'],
  ['socket.io.delivery.js', DELIVERY, 'text/javascript'],
  ['source/socket.io.map.json', MAP, 'application/json'],
  ['source/socket.io.js', READABLE, 'text/javascript'],
  ['WebSocketMain.swf', FLASH, 'application/x-shockwave-flash'],
  ['lib/vendor/web-socket-js/WebSocketMain.swf', FLASH, 'application/x-shockwave-flash'],
] as const;

/** Requests a file and returns its headers and the bytes of its body. */
async function fetchBytes(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ headers: Readonly<Record<string, string>>; body: Buffer }> {
  const raw = await RawSocket.connect(port);
  raw.write(requestBytes(path, { headers }));
  const head = await raw.readHead();
  return {
    headers: head.headers,
    body: await raw.bytes.read(Number(head.headers['content-length'])),
  };
}

describe('client files', () => {
  for (const [path, file, type] of FILES) {
    it(`serves ${path}`, async () => {
      const { port } = await serve();
      const { headers, body } = await fetchBytes(port, `/socket.io/${path}?x=1`, {});
      expect(body.equals(readFileSync(file))).to.equal(true);
      expect(headers).to.include({
        'content-type': type,
        'x-content-type-options': 'nosniff',
        vary: 'Accept-Encoding, Origin',
        'cross-origin-resource-policy': 'cross-origin',
      });
      expect(headers['etag']).to.match(/^"[\da-f]{16}"$/);
      expect(headers).to.not.have.property('content-encoding');
      // as the recordings of 0.6.18 demand
      expect(headers).to.not.have.property('access-control-allow-origin');
    });

    it(`serves ${path} to the pages of other sites`, async () => {
      const { port } = await serve();
      const origin = { Origin: 'https://page.example' };
      const { headers } = await fetchBytes(port, `/socket.io/${path}`, origin);
      expect(headers['access-control-allow-origin']).to.equal('*');
    });

    it(`serves ${path} compressed if the client accepts gzip`, async () => {
      const { port } = await serve();
      const zipped = await fetchBytes(port, `/socket.io/${path}`, {
        'Accept-Encoding': 'br, gzip;q=0.5',
      });
      expect(zipped.headers['content-encoding']).to.equal('gzip');
      expect(gunzipSync(zipped.body).equals(readFileSync(file))).to.equal(true);
      for (const refusal of ['gzip;q=0', 'gzip; q=0.00', 'br', 'xgzip', '']) {
        const plain = await fetchBytes(port, `/socket.io/${path}`, { 'Accept-Encoding': refusal });
        expect(plain.headers, refusal).to.not.have.property('content-encoding');
      }
    });
  }

  it('responds with 304 if the entity tag matches', async () => {
    const { port } = await serve();
    const path = '/socket.io/socket.io.js';
    for (const encoding of ['identity', 'gzip']) {
      const ask = (known: string): ReturnType<typeof request> =>
        request(port, path, { headers: { 'Accept-Encoding': encoding, 'If-None-Match': known } });
      const { headers } = await fetchBytes(port, path, { 'Accept-Encoding': encoding });
      const tag = headers['etag'] ?? '';
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const { status, body, headers: got } = await ask(known);
        expect([known, status, body]).to.deep.equal([known, 304, '']);
        expect(got['etag']).to.equal(tag);
      }
      for (const other of ['"other"', tag.slice(1, -1), tag.replace('"', '"x'), '0.6.3']) {
        expect((await ask(other)).status, other).to.equal(200);
      }
    }
  });

  it('uses another entity tag for each encoding', async () => {
    const { port } = await serve();
    const path = '/socket.io/socket.io.js';
    const plain = await fetchBytes(port, path, {});
    const zipped = await fetchBytes(port, path, { 'Accept-Encoding': 'gzip' });
    expect(plain.headers['etag']).to.not.equal(zipped.headers['etag']);
  });

  it('serves the files below the resource', async () => {
    const { port } = await serve({ resource: 'deep/down' });
    expect((await request(port, '/deep/down/socket.io.js')).headers['etag']).to.be.a('string');
    expect((await request(port, '/socket.io/socket.io.js')).body).to.equal('app');
  });

  for (const method of ['POST', 'PUT', 'OPTIONS']) {
    it(`passes ${method} requests to the application`, async () => {
      const seen: (string | undefined)[] = [];
      const { port } = await serve({}, (incoming, response) => {
        seen.push(incoming.method);
        response.end();
      });
      await request(port, '/socket.io/socket.io.js', { method });
      expect(seen).to.deep.equal([method]);
    });
  }

  it('serves the script of the option `clientScript`, at the names of 0.9 too', async () => {
    const { port } = await serve({ clientScript: SCRIPT_OF_0_9 });
    for (const name of [
      'socket.io.js',
      'socket.io.js?v=2',
      'socket.io+websocket.js',
      'socket.io+websocket+xhr-polling.js',
      'socket.io.v0.9.17.js',
      'socket.io+websocket.v0.9.17.js',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one name after the other
      const { headers, body } = await fetchBytes(port, `/socket.io/${name}`, {});
      expect(body.equals(readFileSync(SCRIPT_OF_0_9)), name).to.equal(true);
      expect(headers['content-type']).to.equal('application/javascript');
      expect(headers).to.not.have.property('sourcemap');
      const mayKeep = name.includes('.v');
      expect(headers['cache-control']).to.equal(
        mayKeep ? 'private, x-gzip-ok="", max-age=315360000' : 'no-cache',
      );
      expect('expires' in headers).to.equal(mayKeep);
    }
  });

  it('serves the Flash files beside it', async () => {
    const { port } = await serve({ clientScript: SCRIPT_OF_0_9 });
    for (const name of ['WebSocketMain.swf', 'WebSocketMainInsecure.swf']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one file after the other
      const { headers, body } = await fetchBytes(port, `/socket.io/static/flashsocket/${name}`, {});
      expect(body.equals(readFileSync(join(dirname(SCRIPT_OF_0_9), name)))).to.equal(true);
      expect(headers['content-type']).to.equal('application/x-shockwave-flash');
    }
  });

  it('serves no other names for it, and none of them without the option', async () => {
    const { port } = await serve({ clientScript: SCRIPT_OF_0_9 });
    const { port: without } = await serve();
    for (const name of [
      'socket.io+.js',
      'socket.io.v1.js',
      'socket.io.v0.9.17.js/',
      'static/flashsocket/other.swf',
      'static/flashsocket/../../package.json',
      'socket.io+..%2f.js',
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one name after the other
      expect((await request(port, `/socket.io/${name}`)).body, name).to.equal('app');
    }
    for (const name of ['socket.io.v0.9.17.js', 'static/flashsocket/WebSocketMain.swf']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one name after the other
      expect((await request(without, `/socket.io/${name}`)).body, name).to.equal('app');
    }
  });

  it('answers HEAD as GET, without the body', async () => {
    const { port } = await serve();
    const get = await request(port, '/socket.io/socket.io.js');
    const head = await request(port, '/socket.io/socket.io.js', { method: 'HEAD' });
    expect(head.body).to.equal('');
    expect(withoutDate({ ...head, body: get.body })).to.deep.equal(withoutDate(get));
  });

  for (const path of [
    '',
    'socket.io.js/',
    'socket.io.min.js',
    'socket.io.js.map',
    'lib/vendor/web-socket-js/',
    '../package.json',
    '..%2fpackage.json',
    'lib/../../package.json',
    'toString',
    '__proto__',
    'package.json',
  ]) {
    it(`passes ${JSON.stringify(path)}, which is not one of the files, to the application`, async () => {
      const { port } = await serve();
      expect((await request(port, `/socket.io/${path}`)).body).to.equal('app');
    });
  }

  it('refers from the script to its source map, and from the map to the source', async () => {
    const { port } = await serve();
    const { headers } = await fetchBytes(port, '/socket.io/socket.io.js', {});
    const mapPath = `/socket.io/${headers['sourcemap']}`;
    const map = JSON.parse((await request(port, mapPath)).body) as { sources: string[] };
    const paths = map.sources.map((source) => new URL(source, `http://a${mapPath}`).pathname);
    expect(paths).to.deep.equal(['/socket.io/source/socket.io.js']);
  });

  it('has all files after the build', () => {
    for (const [, file] of FILES) expect(existsSync(file), file).to.equal(true);
  });
});
