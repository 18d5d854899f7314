import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyNumber } from '../../lib/websocket/hixie-protocol.js';
import { ManualClock } from '../support/clock.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { serve } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';
import { expectNothingLeft, recordReasons } from '../support/checks.js';
import {
  frame,
  HANDSHAKE,
  HIXIE_75,
  HIXIE_76,
  KEY3,
  openWebSocket,
  readCloseCode,
  TEXT,
} from '../support/frames.js';
import { requestBytes } from '../support/raw.js';
import { sendBytes, statusOf } from '../support/requests.js';

const LIB = join(__dirname, '..', '..', '..', 'lib');

const CONTINUATION = 0;
const PING = 9;

describe('security: frames and messages', () => {
  it('CVE-2026-54466: closes on any length of Hixie-75 and 76, endless ones included', async () => {
    const served = await serve();
    const reasons = recordReasons(served);
    for (const headers of [HIXIE_75, HIXIE_76]) {
      for (const bytes of [
        Buffer.alloc(5000, 0xff),
        Buffer.alloc(5000, 0x80),
        Buffer.of(0x80, 5),
      ]) {
        const raw = await openWebSocket(served.port, headers);
        raw.write(bytes);
        await raw.bytes.readRest();
      }
    }
    await expectNothingLeft(served);
    expect(reasons).to.deep.equal(Array(6).fill('protocol error'));
  });

  it('CVE-2026-54466: closes on a frame of a draft above maxPayload, however slowly it arrives', async () => {
    const served = await serve({ maxPayload: 1000 });
    const reasons = recordReasons(served);
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    for (const [size, isOver] of [
      [993, false],
      [994, true],
    ] as const) {
      // ~m~993~m~ and the text: 1002 bytes and 1003, of which the limit counts the payload
      const payload = framed('x'.repeat(size - 2));
      const raw = await openWebSocket(served.port, HIXIE_76);
      raw.write(Buffer.of(0));
      for (let at = 0; at < payload.length; at += 7) {
        raw.write(payload.slice(at, at + 7));
        if (at % 210 === 0) await flushEventLoop(1);
      }
      raw.write(Buffer.of(0xff));
      if (isOver) await raw.bytes.readRest();
      else await until(() => heard.length === 1, 'the message');
      raw.destroy();
    }
    await expectNothingLeft(served);
    expect(heard).to.have.length(1);
    expect(reasons.filter((reason) => reason === 'protocol error')).to.have.length(1);
  });

  it('GHSA-mp7j-qc5w-4988, CVE-2026-1526, CVE-2026-1528, CVE-2026-2229: never agrees on compression', async () => {
    const served = await serve();
    for (const offer of [
      'permessage-deflate',
      'permessage-deflate; client_max_window_bits=99',
      'permessage-deflate; server_max_window_bits=8, x-webkit-deflate-frame',
      'permessage-deflate; client_max_window_bits="',
    ]) {
      const headers = { ...HANDSHAKE, 'Sec-WebSocket-Extensions': offer };
      const raw = await sendBytes(served.port, requestBytes('/socket.io/websocket', { headers }));
      const head = await raw.readHead();
      expect(head.headers).not.to.have.property('sec-websocket-extensions');
      raw.destroy();
    }
    // a compressed frame is one that breaks the rules, before anything is inflated
    const raw = await openWebSocket(served.port);
    raw.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
    expect(await readCloseCode(raw)).to.equal(1002);
    await expectNothingLeft(served);
  });

  it('CVE-2026-1528: closes on 64-bit lengths before it buffers a byte', async () => {
    const served = await serve();
    for (const length of [
      '7fffffffffffffff',
      'ffffffffffffffff',
      '0020000000000001',
      '0000000100000000',
    ]) {
      const raw = await openWebSocket(served.port);
      raw.write(Buffer.from(`81ff${length}00000000`, 'hex'));
      expect(await readCloseCode(raw), length).to.equal(1009);
    }
    await expectNothingLeft(served);
  });

  it('websocket-driver 0.8.0: answers invalid keys of draft 76 with 400', async () => {
    const { port, io } = await serve();
    const none = [
      '',
      'abc',
      '123456',
      ' ',
      '     ',
      '1 0 1',
      '99999999999999999999 ',
      '4294967296 ',
      ' 9'.repeat(3000),
      '1e5 ',
      '-5 ',
      '\u00b2 ',
    ];
    for (const key of none) {
      for (const name of ['Sec-WebSocket-Key1', 'Sec-WebSocket-Key2']) {
        const head = requestBytes('/socket.io/websocket', {
          headers: { ...HIXIE_76, [name]: key },
        });
        const status = await statusOf(port, Buffer.concat([head, KEY3]));
        // '1e5 ' and '-5 ' are the digits 15 and 5, as the draft has it
        expect(status, key).to.equal(/^(1e5|-5|1 0 1)/.test(key) ? status : 400);
      }
    }
    const { 'Sec-WebSocket-Key1': _left, ...oneKey } = HIXIE_76;
    const head = requestBytes('/socket.io/websocket', { headers: oneKey });
    expect(await statusOf(port, head)).to.equal(400);
    await until(() => Object.keys(io.clients).length === 0, 'no sessions');
  });

  it('websocket-driver 0.8.0: reads the number of a key as an integer of 32 bits', () => {
    expect(keyNumber('4 @1  46546xW%0l 1 5')).to.equal(829_309_203);
    expect(keyNumber('4294967295 ')).to.equal(2 ** 32 - 1);
    for (const key of ['4294967296 ', '0x', ' ', '5', '1  ', '999999999999999999 ', '7  ']) {
      expect(keyNumber(key), key).to.equal(null);
    }
    expect(keyNumber('0 ')).to.equal(0);
  });

  it('websocket-driver 0.8.0: accepts a split or late third key, and ends the handshake without one', async () => {
    const clock = new ManualClock();
    const served = await serve({ clock, handshakeTimeout: 3000 });
    const { port, io } = served;
    const head = requestBytes('/socket.io/websocket', { headers: HIXIE_76 });
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(155_712_099, 0);
    numbers.writeUInt32BE(173_347_027, 4);
    const proof = createHash('md5').update(numbers).update(KEY3).digest();
    for (let cut = 0; cut <= 8; cut++) {
      const raw = await sendBytes(port, Buffer.concat([head, KEY3.subarray(0, cut)]));
      await raw.readHead();
      await flushEventLoop(3);
      if (cut < 8) expect(io._limiter.handshakes).to.equal(1);
      raw.write(KEY3.subarray(cut));
      expect((await raw.bytes.read(16)).equals(proof)).to.equal(true);
      raw.destroy();
    }
    const never = await sendBytes(port, Buffer.concat([head, KEY3.subarray(0, 7)]));
    await never.readHead();
    await until(() => Object.values(io.clients).every((client) => !client._open), 'the hang-ups');
    clock.tick(0);
    expect(io.clients).to.deep.equal({});
    clock.tick(2900);
    expect(io._limiter.handshakes).to.equal(1);
    clock.tick(200);
    await never.bytes.readRest();
    await expectNothingLeft(served);
  });

  it('CVE-2026-48779: limits the number of fragments', async () => {
    const served = await serve({ maxFragments: 10 });
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    for (const count of [10, 11]) {
      const raw = await openWebSocket(served.port);
      const text = framed('x'.repeat(count));
      for (let i = 0; i < count; i++) {
        const isLast = i === count - 1;
        const piece = isLast ? text.slice(i) : text[i];
        raw.write(frame(i === 0 ? TEXT : CONTINUATION, piece ?? '', isLast));
      }
      if (count > 10) expect(await readCloseCode(raw)).to.equal(1008);
      else await until(() => heard.length === 1, 'the message');
      raw.destroy();
    }
    await expectNothingLeft(served);
    expect(heard).to.deep.equal(['x'.repeat(10)]);
  });

  it('CVE-2026-48779: closes on a frame in too many packets', () => {
    const code = readFileSync(join(LIB, 'transports', 'websocket', 'rfc6455.ts'), 'utf8');
    expect(code).to.match(/maxBufferedChunks: MAX_PACKETS/);
    expect(code).to.match(/MAX_PACKETS = 65_536/);
  });

  it('CVE-2016-10542: closes with 1009 on a message above maxPayload, whole or in fragments', async () => {
    const served = await serve({ maxPayload: 500 });
    const heard: unknown[] = [];
    served.io.on('clientMessage', (message) => heard.push(message));
    const fits = framed('x'.repeat(500 - 9));
    const raw = await openWebSocket(served.port);
    raw.write(frame(TEXT, fits));
    await until(() => heard.length === 1, 'the message');
    raw.write(frame(TEXT, framed('x'.repeat(500 - 8))));
    expect(await readCloseCode(raw)).to.equal(1009);
    const other = await openWebSocket(served.port);
    other.write(frame(TEXT, 'x'.repeat(400), false));
    other.write(frame(CONTINUATION, 'x'.repeat(101), false));
    expect(await readCloseCode(other)).to.equal(1009);
    await expectNothingLeft(served);
  });

  it('CVE-2026-45736, CVE-2016-10518: never sends uninitialised memory', async () => {
    const served = await serve();
    // what would be seen if it did
    Buffer.allocUnsafe(8192).fill(0xaa);
    const driver = await new WebsocketDriver(served.port).open();
    const client = await served.client(driver.sessionId);
    const texts = ['', 'é', '\ud800', '日本', '😀'.repeat(40), 'x'.repeat(126), 'ß'.repeat(70_000)];
    for (const text of texts) client.send(text);
    for (const text of texts) {
      const wellFormed = Buffer.from(text).toString();
      expect(await driver.next()).to.equal(wellFormed);
    }
    const raw = await openWebSocket(served.port);
    raw.write(frame(PING, 'ping'));
    raw.write(frame(8, Buffer.from([0x03, 0xe8])));
    const rest = await raw.bytes.readRest();
    expect(rest.includes(0xaa)).to.equal(false);
  });

  it('limits the pongs that wait for a client that does not read', async () => {
    const served = await serve();
    const raw = await openWebSocket(served.port);
    const [id] = Object.keys(served.io.clients);
    const socket = served.io.clients[id ?? '']?.connection;
    raw.socket.pause();
    const pings = Buffer.concat(Array<Buffer>(2000).fill(frame(PING, Buffer.alloc(125, 'p'))));
    for (let i = 0; i < 400; i++) {
      if (socket?.destroyed) break;
      raw.write(pings);
      await flushEventLoop(2);
      expect(socket?.writableLength ?? 0).to.be.below(1_000_000);
    }
    raw.destroy();
    await expectNothingLeft(served);
  });

  it('CVE-2021-32640, CVE-2020-7662: reads 14 kB of any header of the handshake in linear time', async () => {
    const { port } = await serve();
    const poisons = [' ', '\t', 'a,', ',', 'a;b="', '\\"', 'a; a', '"', ' a', '=;', '1 '];
    const names = [
      'Sec-WebSocket-Protocol',
      'Sec-WebSocket-Extensions',
      'Sec-WebSocket-Key1',
      'Sec-WebSocket-Key',
      'Origin',
      'Referer',
      'If-None-Match',
      'Accept-Encoding',
      'Last-Event-ID',
      'Cookie',
    ];
    const start = process.cpuUsage();
    for (const poison of poisons) {
      const value = 'a' + poison.repeat(14_000 / poison.length) + 'a';
      for (const name of names) {
        for (const handshake of [HANDSHAKE, HIXIE_76, {}]) {
          const path = handshake === HANDSHAKE ? 'websocket' : 'socket.io.js';
          const headers = { ...handshake, [name]: value };
          const bytes = requestBytes(`/socket.io/${path}`, { headers });
          expect(await statusOf(port, bytes)).to.be.oneOf([0, 101, 200, 304, 400, 404, 431]);
        }
      }
    }
    const { user, system } = process.cpuUsage(start);
    // 330 requests take some 500 ms of CPU; one that backtracks takes longer than all of them
    expect((user + system) / 1000).to.be.below(5000);
  });
});
