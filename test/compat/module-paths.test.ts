import { expect } from 'chai';
import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN } from '../../lib/transports/index.js';
import { Client, listen, Listener } from '../../lib/index.js';

const PACKAGE = join(__dirname, '..', '..', '..');

describe('the package, required by an application', () => {
  let folder: string;
  let load: NodeJS.Require;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'socket.io-node-'));
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['socket.io-node', 'socket.io']) {
      symlinkSync(PACKAGE, join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'app.js'), '');
    load = createRequire(join(folder, 'app.js'));
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const name of ['socket.io-node', 'socket.io']) {
    it(`exports its API under ${name}`, () => {
      for (const path of [
        name,
        `${name}/index`,
        `${name}/index.js`,
        `${name}/lib/socket.io`,
        `${name}/lib/socket.io/index`,
        `${name}/lib/socket.io/index.js`,
      ]) {
        const io = load(path) as { listen: unknown; Listener: unknown; Client: unknown };
        expect(io.listen, path).to.equal(listen);
        expect(io.Listener, path).to.equal(Listener);
        expect(io.Client, path).to.equal(Client);
      }
    });

    for (const root of [name, `${name}/lib/socket.io`]) {
      for (const end of ['', '.js']) {
        it(`exports the modules of 0.6 under ${root}${end && `, with ${end}`}`, () => {
          expect(load(`${root}/listener${end}`)).to.equal(Listener);
          expect(load(`${root}/client${end}`)).to.equal(Client);
          const { encode, decode } = load(`${root}/utils${end}`) as {
            encode: (value: unknown) => string;
            decode: (payload: string) => string[];
          };
          expect(encode(['a', { b: 1 }])).to.equal('~m~1~m~a~m~10~m~~j~{"b":1}');
          expect(decode('~m~1~m~a')).to.deep.equal(['a']);
          for (const [transport, type] of BUILT_IN) {
            expect(load(`${root}/transports/${transport}${end}`)).to.equal(type);
          }
        });
      }
    }
  }

  it('can be imported by an ES module', async () => {
    writeFileSync(
      join(folder, 'app.mjs'),
      "import io, { listen, Listener } from 'socket.io-node';\n" +
        "import Class from 'socket.io-node/listener';\n" +
        'export const same = io.listen === listen && Class === Listener;\n',
    );
    const { same } = (await import(join(folder, 'app.mjs'))) as { same: boolean };
    expect(same).to.equal(true);
  });

  it('exports package.json and hides private modules', () => {
    const { version } = load('socket.io-node/package.json') as { version: string };
    const own = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(version).to.equal(own.version);
    for (const path of [
      'build/lib/server/attachment.js',
      'transports/none',
      'transports/none.js',
      'lib/attachment',
      'lib/socket.io/attachment.js',
    ]) {
      expect(() => load(`socket.io-node/${path}`), path).to.throw();
    }
  });
});
