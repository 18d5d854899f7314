import { parse } from 'acorn';
import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE } from './example.js';
import { PAGES, pages } from './pages.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

interface Got {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

describe('the pages of the examples', () => {
  const server = createServer(pages);

  before('listen', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after('close', () => server.close());

  /** Requests a path without normalizing its dots. */
  async function get(path: string): Promise<Got> {
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: '127.0.0.1', port, path, agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const type = response.headers['content-type'];
    return { status: response.statusCode, type, body: await text(response) };
  }

  for (const file of PAGES) {
    it(`serve ${file} with its content type`, async () => {
      const { status, type, body } = await get(`${file}?v=1`);
      expect([status, type]).to.deep.equal([200, TYPES[extname(file)]]);
      expect(body).not.to.equal('');
    });
  }

  it('serve the chat at /', async () => {
    expect(await get('/')).to.deep.equal(await get('/chat.html'));
  });

  it('serve all files that they load', async () => {
    const used = new Set<string>();
    for (const page of PAGES.filter((file) => file.endsWith('.html'))) {
      const { body } = await get(page);
      for (const [, url = ''] of body.matchAll(/\b(?:src|href)="(\/[^"]+)"/g)) used.add(url);
    }
    expect(used).to.include('/socket.io/socket.io.js');
    used.delete('/socket.io/socket.io.js');
    expect([...used].filter((url) => !PAGES.includes(url))).to.deep.equal([]);
    expect(PAGES.filter((file) => !file.endsWith('.html') && !used.has(file))).to.deep.equal([]);
  });

  it('include every file for browsers in the folder', () => {
    const folder = join(PACKAGE, 'example');
    const there = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => `/${file.replaceAll('\\', '/')}`)
      // The page for operators has a server of its own.
      .filter((file) => !file.startsWith('/operator/'))
      .filter((file) => /\.(html|css)$|^\/doctor\/.*\./.test(file));
    expect(there).to.have.members(PAGES);
  });

  for (const path of [
    '/server.js',
    '/pages.js',
    '/doctor',
    '/doctor/',
    '/doctor/../server.js',
    '/../package.json',
    '/%2e%2e/package.json',
    '//chat.html',
    '/chat.html/',
    '/constructor',
    '/__proto__',
    '*',
  ]) {
    it(`do not include ${path}`, async () => {
      expect(await get(path)).to.deep.equal({ status: 404, type: undefined, body: '404' });
    });
  }

  it('contain scripts that Internet Explorer 6 can parse', async () => {
    for (const file of PAGES) {
      const { body } = await get(file);
      const inline = [...body.matchAll(/<script>(.*?)<\/script>/gs)].map(([, code = '']) => code);
      const scripts = file.endsWith('.js') ? [body] : inline;
      for (const script of scripts) {
        parse(script, { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
      }
    }
  });
});
