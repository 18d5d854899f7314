import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:http';
import { listen, type AuthorizeCallback } from '../../lib/index.js';
import { QUIET, serve } from '../support/server.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes } from '../support/requests.js';

const PACKAGE = join(__dirname, '..', '..', '..');

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { dev?: boolean; hasInstallScript?: boolean; integrity?: string; version?: string }
    >
  >;
}

function sourcesOf(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(PACKAGE, folder, name), 'utf8')] as const);
}

describe('security: operations', () => {
  it('CVE-2016-10536, CVE-2022-1650: never turns the verification of TLS off', () => {
    for (const folder of ['lib', 'client']) {
      for (const [name, code] of sourcesOf(folder)) {
        expect(code, name).not.to.match(
          /rejectUnauthorized: false|NODE_TLS_REJECT|checkServerIdentity:/,
        );
      }
    }
  });

  it('CVE-2022-0686, CVE-2022-0639, CVE-2022-0512: parses foreign URLs with URL', () => {
    for (const [name, code] of sourcesOf('lib')) {
      expect(code, name).not.to.match(/url-parse|url\.parse\(|from 'node:url'/);
    }
  });

  it('supply chain: depends on ws and debug only, pinned with a hash, without install scripts', () => {
    const lock = JSON.parse(readFileSync(join(PACKAGE, 'package-lock.json'), 'utf8')) as Lock;
    const shipped = Object.entries(lock.packages).filter(([name, { dev }]) => name !== '' && !dev);
    const names = shipped.map(([name]) => name.replace('node_modules/', ''));
    expect(names.toSorted()).to.deep.equal(['debug', 'ms', 'ws']);
    for (const [name, { integrity, hasInstallScript }] of shipped) {
      expect(integrity, name).to.match(/^sha512-/);
      expect(hasInstallScript, name).to.equal(undefined);
    }
    // the release of debug that was hijacked
    expect(lock.packages['node_modules/debug']?.version).not.to.equal('4.4.2');
    const { scripts } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts).not.to.have.any.keys('preinstall', 'install', 'postinstall');
  });

  it('CVE-2017-16137: logs what clients send shortened, and not by %o', async () => {
    for (const [name, code] of sourcesOf('lib')) expect(code, name).not.to.match(/debug\([^)]*%o/i);
    const lines: string[] = [];
    const { port } = await serve({ log: (line: string) => lines.push(line) });
    const long = 'x'.repeat(10_000);
    await request(port, `/socket.io/xhr-polling/${long}`, {
      headers: { Origin: `http://${long}` },
    });
    await request(port, `/socket.io/xhr-polling//${long}`);
    expect(lines.length).to.be.above(1);
    for (const line of lines) expect(line.length).to.be.below(120);
    expect(lines.join('')).not.to.match(/[\r\n\0]/);
  });

  it('faye 1.2.5: authorises once, on the value that is used', async () => {
    const asked: string[] = [];
    const { port, io } = await serve({
      authorize: (asking) => {
        asked.push(asking.url ?? '');
        return !asking.url?.includes('secret');
      },
    });
    const paths = ['/socket.io/xhr-polling//1?secret', '/socket.io/xhr-polling//secret'];
    for (const path of paths) expect((await request(port, path)).status).to.equal(403);
    for (const path of ['/socket.io/xhr-polling/%2e/secret', '/socket.io//xhr-polling//secret']) {
      expect((await request(port, path)).status, path).to.be.oneOf([200, 404]);
    }
    expect(asked).to.deep.equal(paths);
    expect(io.clients).to.deep.equal({});
    await openPolling(port);
    expect(asked).to.have.length(3);
  });

  it('adapter messages: a Listener accepts messages from its clients only', () => {
    // processes exchange messages only over a bus that the application passes to its Listener
    for (const [name, code] of sourcesOf('lib')) {
      if (name.startsWith('bus/')) continue;
      expect(code, name).not.to.match(/node:(cluster|worker_threads|dgram|v8)/);
    }
  });

  it('socket.io 4.8.4: rejects origins that are not text, stateful regular expressions included', () => {
    for (const origins of [/a/g, [/a/], [1], {}, null, () => true]) {
      const options = { ...QUIET, origins: origins as unknown as string };
      expect(() => listen(createServer(), options)).to.throw(TypeError, 'Expected `origins` to be');
    }
  });

  it('engine.io 6.6.11: keeps a copy of what waits of an upgrade, not a slice of a pool', async () => {
    const callbacks: AuthorizeCallback[] = [];
    const { port } = await serve({
      authorize: (_asking, callback) => {
        callbacks.push(callback);
      },
    });
    const headers = { Connection: 'Upgrade', Upgrade: 'WebSocket' };
    const handshake = requestBytes('/socket.io/websocket', { headers });
    const raw = await sendBytes(port, Buffer.concat([handshake, Buffer.from('\0~m~1~m~x')]));
    const other = await sendBytes(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await other.readResponse();
    callbacks[0]?.(null, true);
    expect((await raw.readHead()).status).to.equal(101);
    raw.destroy();
  });

  it('websocket-driver 0.8.0, socket.io 4.8.4: uses no client input as a key of a plain object, and waits for no acknowledgement', () => {
    for (const [name, code] of sourcesOf('lib')) {
      // `clients` is an object for the programs of 0.6; its keys are ids that we made
      const indexed = [...code.matchAll(/\b(\w+)\[(route|request|query|client\.sessionId)\b/g)];
      expect(
        indexed.map((match) => match[1]).filter((owner) => owner !== 'clients'),
        name,
      ).to.deep.equal([]);
    }
  });
});
