import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../lib/protocol/frames.js';
import { HixieParser } from '../../lib/websocket/hixie-protocol.js';
import { readMessage } from '../../lib/protocol/message.js';
import { parseRoute } from '../../lib/protocol/url.js';
import { ManualClock } from '../support/clock.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { until } from '../support/wait.js';
import { expectAlive, expectNothingLeft, recordReasons } from '../support/checks.js';
import { frame, openWebSocket, readCloseCode, TEXT } from '../support/frames.js';
import { request } from '../support/raw.js';
import { leastCpuMs } from '../support/cpu.js';

const LIB = join(__dirname, '..', '..', '..', 'lib');

const BINARY = 2;

describe('security: messages', () => {
  it('CVE-2021-32640: runs every regular expression of lib in linear time at 64 kB', () => {
    const expressions = new Map<string, RegExp>();
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' });
    for (const name of files.filter((file) => file.endsWith('.ts'))) {
      const code = readFileSync(join(LIB, name), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
      for (const match of code.matchAll(
        /(?<=[=(,:]\s*)\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/g,
      )) {
        expressions.set(`${name}: ${match[0]}`, new RegExp(match[1] ?? '', match[2]));
      }
    }
    expect(expressions.size).to.be.above(8);
    const poisons = [
      '/1',
      '/',
      '1',
      '?',
      '\n',
      '\r',
      ' ',
      'q=0.',
      '0',
      '<',
      ':',
      '.',
      'a-',
      '\\',
      '[',
      ',',
      '\n--socketio ',
    ];
    for (const [where, expression] of expressions) {
      for (const poison of poisons) {
        const text = '/' + poison.repeat(65_536 / poison.length) + '!';
        const cpuMs = leastCpuMs(() => text.replace(expression, ''));
        // linear takes 1 ms, quadratic takes seconds
        expect(cpuMs, `${where} on ${JSON.stringify(poison)}`).to.be.below(200);
      }
    }
  });

  it('0.6 frames: stops at lengths that are negative, odd or missing, and never throws', () => {
    expect(decode('~m~1~m~a~m~-1~m~b')).to.deep.equal(['a']);
    for (const length of ['', '-1', '+1', ' 1', '1 ', '0x1', '1e3', '1.5', 'NaN', '٣']) {
      expect(decode(`~m~${length}~m~${'x'.repeat(2000)}`), length).to.deep.equal([]);
    }
    expect(decode('~m~0000000000000000001~m~a')).to.deep.equal(['a']);
    for (const length of ['9'.repeat(400), 2 ** 53, 4_294_967_297]) {
      expect(decode(`~m~${length}~m~a`)).to.deep.equal(['a']);
    }
  });

  it('0.6 frames: counts lengths in UTF-16 units, lone surrogates and framing in the text included', () => {
    for (const text of ['😀', '\ud83d', '\udc00\ud800', '~m~3~m~abc', 'é', '\u2028', '\0']) {
      expect(decode(framed(text, 'next'))).to.deep.equal([text, 'next']);
    }
    expect(decode('~m~4~m~😀~m~1~m~a')).to.deep.equal(['😀~m']);
  });

  it('0.6 frames: returns no more than there is of a payload cut at any offset', () => {
    const texts = ['hello', '', '😀', '~m~', '~j~{"a":1}'];
    const payload = framed(...texts);
    for (let cut = 0; cut <= payload.length; cut++) {
      const got = decode(payload.slice(0, cut));
      const last = got.pop() ?? '';
      expect(got).to.deep.equal(texts.slice(0, got.length));
      expect(texts[got.length]?.startsWith(last)).to.equal(true);
    }
  });

  it('0.6 frames: counts empty messages for maxMessages', async () => {
    const served = await serve({ maxMessages: 2000 });
    let heard = 0;
    served.io.on('clientMessage', () => heard++);
    const id = (await request(served.port, '/socket.io/xhr-polling//1')).body.slice(8);
    for (const [count, status] of [
      [1999, 200],
      [2000, 200],
      [2001, 413],
    ] as const) {
      heard = 0;
      const body = 'data=' + '~m~0~m~'.repeat(count);
      const path = `/socket.io/xhr-polling/${id}/send`;
      const answer = await request(served.port, path, { method: 'POST', body });
      expect(answer.status).to.equal(status);
      expect(heard).to.equal(status === 200 ? count : 0);
    }
    const raw = await openWebSocket(served.port);
    raw.write(frame(TEXT, '~m~0~m~'.repeat(2001)));
    expect(await readCloseCode(raw)).to.equal(1009);
    await expectAlive(served);
  });

  it('0.6 frames, CVE-2023-32695: delivers no JSON that is too deep to be passed on', async () => {
    const served = await serve();
    served.io.on('clientMessage', (message) => served.io.broadcast({ message }));
    const driver = await new WebsocketDriver(served.port).open();
    for (const [depth, isRead] of [
      [500, true],
      [501, false],
      [100_000, false],
    ] as const) {
      for (const [open, close] of [
        ['[', ']'],
        ['{', '}'],
      ] as const) {
        const inner = open === '{' ? '{"a":' : '[';
        const json = inner.repeat(depth) + '1' + close.repeat(depth);
        await driver.send(framed('~j~' + json));
        const expected = isRead ? { message: JSON.parse(json) as unknown } : { message: {} };
        expect(JSON.stringify(await driver.next())).to.equal(JSON.stringify(expected));
      }
    }
    // brackets in strings do not nest
    const flat = JSON.stringify(['['.repeat(5000), '\\"[['.repeat(999), '{'.repeat(5000) + '"']);
    expect(readMessage('~j~' + flat)).to.deep.equal(JSON.parse(flat));
    expect(readMessage('~j~"' + '['.repeat(5000))).to.deep.equal({});
  });

  it('0.6 frames, CVE-2022-2421: JSON with __proto__ and constructor keys changes no prototype', async () => {
    const served = await serve();
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    const driver = await new WebsocketDriver(served.port).open();
    const client = await served.client(driver.sessionId);
    const evil = [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '[{"__proto__":[]}]',
      '{"then":1,"toJSON":2,"toString":null}',
      '{"_onDisconnect":1,"sessionId":"x"}',
    ];
    await driver.send(framed(...evil.map((json) => '~j~' + json)));
    await until(() => heard.length === evil.length, 'the messages');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    for (const message of heard) client.send(message);
    for (const json of evil) {
      const got = await driver.next();
      expect(JSON.stringify([got]).includes(json)).to.equal(true);
    }
  });

  it('0.6 frames, CVE-2026-33151: drops invalid messages, and keeps the session', async () => {
    const served = await serve();
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    const driver = await new WebsocketDriver(served.port).open();
    const payloads = [
      'garbage',
      '',
      '~',
      '~m',
      '~m~',
      '~m~~m~',
      '~j~{}',
      '~h~1',
      '2["event"]',
      '51-[{"_placeholder":true,"num":0}]',
    ];
    for (const payload of payloads) await driver.send(payload);
    await driver.send(framed('~j~', '~j~{', '~j~undefined', '~j~' + '{"a":'.repeat(50), 'end'));
    await until(() => heard.length === 5, 'the messages');
    expect(heard).to.deep.equal([{}, {}, {}, {}, 'end']);
    const raw = await openWebSocket(served.port);
    raw.write(frame(BINARY, framed('hi')));
    expect(await readCloseCode(raw)).to.equal(1003);
    const invalid = await openWebSocket(served.port);
    invalid.write(frame(TEXT, Buffer.from([0x7e, 0x6d, 0x7e, 0xff, 0xfe])));
    expect(await readCloseCode(invalid)).to.equal(1007);
  });

  it('0.6 frames: decodes, routes and parses drafts in linear time', () => {
    const worst: readonly (readonly [string, (size: number) => () => unknown])[] = [
      [
        'empty messages',
        (size) => {
          const payload = '~m~0~m~'.repeat(size / 7);
          return () => decode(payload);
        },
      ],
      [
        'a length without an end',
        (size) => {
          const payload = '~m~' + '0'.repeat(size);
          return () => decode(payload);
        },
      ],
      [
        'slashes',
        (size) => {
          const url = '/socket.io/' + '/'.repeat(size);
          return () => parseRoute(url, 11);
        },
      ],
      [
        'JSON that opens',
        (size) => {
          const text = '~j~' + '[]'.repeat(size / 2);
          return () => readMessage(text);
        },
      ],
      [
        'a draft, byte by byte',
        (size) => {
          const bytes = Buffer.alloc(1, 'x');
          const events = { onText: () => 0, onClosing: () => 0, onError: () => 0 };
          return () => {
            const parser = new HixieParser(events, 0);
            parser.feed(Buffer.of(0));
            for (let i = 0; i < size; i++) parser.feed(bytes);
            parser.feed(Buffer.of(0xff));
          };
        },
      ],
    ];
    for (const [name, prepare] of worst) {
      const work = prepare(1_000_000);
      // linear takes some 100 ms of CPU, quadratic takes minutes
      expect(leastCpuMs(work, 1), name).to.be.below(5000);
    }
  });

  it('heartbeats: ignores wrong, early, repeated, excessive and late ones', async () => {
    const clock = new ManualClock();
    const transportOptions = {
      websocket: { timeout: 1000, heartbeatInterval: 500, closeTimeout: 0 },
    };
    const served = await serve({ clock, transportOptions });
    const reasons = recordReasons(served);
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    const driver = await new WebsocketDriver(served.port).open();
    const mark = async (): Promise<void> => {
      const before = heard.length;
      await driver.send(framed('mark'));
      await until(() => heard.length > before, 'the mark');
    };
    // early, and ten thousand of them
    await driver.send(framed(...Array<string>(9000).fill('~h~1')));
    await mark();
    expect(served.io._timers.size).to.equal(1);
    clock.tick(500);
    expect(await driver.next()).to.equal('~h~1');
    await driver.send(framed('~h~1'));
    await mark();
    clock.tick(500);
    expect(await driver.next()).to.equal('~h~2');
    for (const wrong of [
      '~h~1',
      '~h~3',
      '~h~',
      '~h~-2',
      '~h~2.0',
      '~h~02',
      '~h~2 ',
      '~h~' + '2'.repeat(5000),
    ]) {
      await driver.send(framed(wrong));
    }
    await mark();
    expect(heard).to.deep.equal(['mark', 'mark', 'mark']);
    // what has arrived is a sign of life, once
    clock.tick(1020);
    expect(reasons).to.deep.equal([]);
    clock.tick(1020);
    clock.tick(20);
    expect(await driver.closeCode()).to.equal(1000);
    expect(reasons).to.deep.equal(['heartbeat timeout']);
    await expectNothingLeft(served);
  });
});
