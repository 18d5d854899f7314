import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { policyXml } from '../../lib/static/flash-policy.js';
import { scriptLiteral } from '../../lib/transports/http/script-literal.js';
import { VARIANTS } from '../support/drivers/index.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { request, requestBytes } from '../support/raw.js';
import { openPolling, sendBytes } from '../support/requests.js';

const PACKAGE = join(__dirname, '..', '..', '..');

/** Texts that would end a script, a comment, a line, a part or an event, or begin something else. */
const EVIL: readonly string[] = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '<![CDATA[',
  '\u2028alert(1)\u2029',
  '");alert(1);//',
  '\\");alert(1);//',
  '\ud800',
  '\udc00\ud83d',
  '\0\x01\x1f\x7f\ufeff\uffff',
  "']]>",
  '\n--socketio--\n',
  '\r\n--socketio\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>',
  '\n\nevent: evil\ndata: x\n\n',
  '\rid: 1\rretry: 1\r',
  '\x00~m~1~m~x\xff',
];

describe('security: browser-facing output', () => {
  it('CVE-2020-8823, sockjs-node #59: writes messages into scripts as strings only', () => {
    for (const text of [...EVIL, EVIL.join('')]) {
      const literal = scriptLiteral(text);
      expect(literal).not.to.match(/[<\u2028\u2029\r\n\0]/);
      expect(JSON.parse(literal)).to.equal(text);
      const context = createContext({ got: null, alert: () => expect.fail('it was run') });
      runInContext(`got = ${literal}`, context);
      expect(context['got']).to.equal(text);
    }
  });

  for (const { name, create } of VARIANTS) {
    it(`CVE-2020-8823: delivers every text by ${name} unchanged, and within its frame, part or script`, async () => {
      const served = await serve();
      const driver = await create(served.port).open();
      const client = await served.client(driver.sessionId);
      const texts = [...EVIL, EVIL.join('')];
      client.send(texts).send('end');
      const got: unknown[] = [];
      while (got.at(-1) !== 'end') got.push(await driver.next());
      // lone surrogates are not text on a wire of UTF-8
      const wellFormed = texts.map((text) => Buffer.from(text).toString());
      expect(got.slice(0, -1).map((text) => Buffer.from(String(text)).toString())).to.deep.equal(
        wellFormed,
      );
    });
  }

  it('sockjs-node #59: accepts only a number as the callback of JSONP', async () => {
    const { port, io } = await serve();
    const none = ['x', '0;alert(1)', '0]', '-1', '٣', '0%0a', '1e3', '9'.repeat(16), 'a/0b'];
    for (const index of none) {
      const path = `/socket.io/jsonp-polling//1/${encodeURI(index)}`;
      const answer = await request(port, path);
      expect(answer.status, index).to.equal(400);
      expect(answer.headers['content-type']).to.equal('text/plain');
    }
    expect(io.clients).to.deep.equal({});
    const { body } = await request(port, '/socket.io/jsonp-polling//1/007/?callback=alert');
    expect(body).to.match(/^io\.JSONP\[007\]\._\("~m~38~m~\d{38}"\);$/);
  });

  it('Rosetta Flash, CVE-2014-4671, sockjs-node #163: begins no response with bytes of the client', async () => {
    const { port, io } = await serve();
    const id = await openPolling(port);
    const swf = 'CWSMIKI0hCD0Up0IZUnnnnnnnnnnnnnnnnnnnUU5nnnnnn3Snn7iiudIbEAt333swW0ssG03';
    io.clients[id]?.send(swf);
    const poll = await request(port, `/socket.io/xhr-polling/${id}/${swf}`);
    expect(poll.body.startsWith('~m~')).to.equal(true);
    for (const path of [`jsonp-polling//${swf}/1?${swf}`, `jsonp-polling//1/1?callback=${swf}`]) {
      const answer = await request(port, `/socket.io/${path}`);
      expect(answer.body.startsWith('io.JSONP[1]._(')).to.equal(true);
      expect(answer.headers['x-content-type-options']).to.equal('nosniff');
    }
    const refused = [`xhr-polling/${swf}`, `jsonp-polling//${swf}`];
    for (const path of refused) {
      expect((await request(port, `/socket.io/${path}`)).body).not.to.include(swf);
    }
  });

  it('names an exact type in every response, with nosniff for scripts and frames', async () => {
    const { port } = await serve();
    const types: readonly (readonly [string, string, boolean])[] = [
      ['xhr-polling//1', 'text/plain; charset=UTF-8', false],
      ['jsonp-polling//1/0', 'text/javascript; charset=UTF-8', true],
      ['htmlfile', 'text/html; charset=utf-8', true],
      ['xhr-multipart', 'multipart/x-mixed-replace;boundary="socketio"', false],
      ['server-events', 'text/event-stream', false],
      ['xhr-polling/1', 'text/plain', false],
    ];
    for (const [path, type, isNoSniff] of types) {
      const raw = await sendBytes(port, requestBytes(`/socket.io/${path}`));
      const { headers } = await raw.readHead();
      expect(headers['content-type'], path).to.equal(type);
      if (isNoSniff) expect(headers['x-content-type-options'], path).to.equal('nosniff');
      raw.destroy();
    }
  });

  it('CSRF: a form of another site, as a JSONP iframe posts it, needs the session id and an allowed page', async () => {
    const { port, io } = await serve({ origins: 'example.com:*' });
    const own = { headers: { Referer: 'http://example.com/' } };
    const raw = await request(port, '/socket.io/jsonp-polling//1/0', own);
    const id = /(\d{38})/.exec(raw.body)?.[1] ?? '';
    const heard: unknown[] = [];
    io.on('clientMessage', (message) => heard.push(message));
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const page of [
      { Origin: 'http://evil.com' },
      { Origin: 'null' },
      { Referer: 'http://evil.com/' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const headers = { ...type, ...page };
      const init = { method: 'POST', headers, body: 'data=~m~6~m~forged' };
      const answer = await request(port, `/socket.io/jsonp-polling/${id}/1/0`, init);
      expect(answer.status).to.equal(401);
      const close = await request(port, `/socket.io/jsonp-polling/${id}/close`, init);
      expect(close.status).to.equal(401);
    }
    const init = { method: 'POST', headers: type, body: 'data=~m~6~m~forged' };
    expect((await request(port, '/socket.io/jsonp-polling/1/1/0', init)).status).to.equal(404);
    expect(heard).to.deep.equal([]);
    expect(io.clients[id]?.connected).to.equal(true);
  });

  it('names the allowed hosts and ports in the Flash policy, and * only if all are allowed', async () => {
    const { port } = await serve({ origins: ['example.com:8080', 'other.com:*'] });
    const raw = await sendBytes(port, '<policy-file-request/>\0');
    const xml = (await raw.bytes.readRest()).toString();
    const rules = [...xml.matchAll(/<allow-access-from domain="([^"]*)" to-ports="([^"]*)"\/>/g)];
    expect(rules.map(([, domain, ports]) => [domain, ports])).to.deep.equal([
      ['example.com', '8080'],
      ['other.com', '*'],
    ]);
    expect(policyXml(['"><x>:80', 'a b:1', 'c:1-x', "d'&:7"])).not.to.match(/<x>|a b|1-x|&:/);
  });

  it('sends the Flash policy once per connection, at 23 bytes, and closes', async () => {
    const { port } = await serve();
    const twice = await sendBytes(port, '<policy-file-request/>\0'.repeat(500));
    const answer = (await twice.bytes.readRest()).toString();
    expect(answer.split('</cross-domain-policy>')).to.have.length(2);
    const long = await sendBytes(port, '<policy-file-request' + ' '.repeat(100_000));
    expect((await long.bytes.readRest()).toString()).to.match(/^HTTP\/1\.1 400 /);
    await until(() => long.isClosed, 'the connection to be cut');
  });

  it('client: never evaluates text, and sets no document.domain', () => {
    const folder = join(PACKAGE, 'client');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files).to.include.members(['browser/transports/jsonp-polling.ts', 'node/socket.ts']);
    expect(files.length).to.be.above(30);
    for (const name of files) {
      const code = readFileSync(join(folder, name), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
      expect(code, name).not.to.match(/\beval\s*\(|new Function\b|\bexecScript\b/);
      expect(code, name).not.to.match(/document\.domain\s*=/);
      expect(code, name).not.to.match(/set(Timeout|Interval)\(\s*['"`]/);
    }
  });
});
