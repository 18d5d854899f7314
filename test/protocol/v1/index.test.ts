import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as frames from '../../../lib/protocol/v1/index.js';

const PROTOCOL = join(__dirname, '..', '..', '..', 'lib', 'protocol');

describe('socket.io-node/frames/v1', () => {
  it('is a path of the package', () => {
    const require = createRequire(join(__dirname, 'outside.js'));
    expect(require('socket.io-node/frames/v1')).to.equal(frames);
  });

  it('runs without anything of Node', () => {
    const folder = join(PROTOCOL, 'v1');
    const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
    const modules = files.map((file) => [`./${file}`, join(folder, file)]);
    modules.push(['../json-depth.js', join(PROTOCOL, 'json-depth.js')]);
    const functions = modules.map(
      ([name, path]) =>
        `'${name}': (exports, require) => {${readFileSync(path as string, 'utf8')}\n}`,
    );
    const context = { result: '', URLSearchParams };
    const script = `
      const modules = {${functions.join(',')}};
      const loaded = {};
      function require(name) {
        if (!loaded[name]) modules[name]((loaded[name] = {}), require);
        return loaded[name];
      }
      const { decodePacket, encodePacket, parseQuery } = require('./index.js');
      const packet = { type: 'event', endpoint: '/a', name: 'b', args: [1] };
      result = JSON.stringify([decodePacket(encodePacket(packet)), parseQuery('c=d')]);
    `;
    runInNewContext(script, context);
    expect(JSON.parse(context.result)).to.deep.equal([
      { type: 'event', endpoint: '/a', name: 'b', args: [1] },
      { c: 'd' },
    ]);
  });
});
