import { expect } from 'chai';
import { framed, parsePayload } from '../../support/payload.js';
import type { Variant } from '../../support/drivers/index.js';
import { flushEventLoop, uncaught, until } from '../../support/wait.js';
import { away, opened, recordEvents, setUp } from './fixture.js';

/** Frames a text with its length in bytes, as TornadIO does. */
function inBytes(text: string): string {
  return `~m~${Buffer.byteLength(text)}~m~${text}`;
}

/** Texts that one wire or another could trip over. */
const TEXTS = [
  'hello',
  '',
  'grüße žluťoučký 日本語',
  '😀 𝒳 \u{10ffff}',
  '\ufffd',
  '\ufeffafter a byte order mark',
  'a\0b\u0001\u001f\u007f',
  'two\nlines',
  'two\r\nlines\r',
  '\r',
  '\n\n',
  ' lines\n that\n  begin with blanks\n',
  '\n--socketio\nContent-Type: text/plain\n\n~m~1~m~x',
  'data: x\n\ndata: y\nid: 1\n\n',
  '</script><script>alert(1)</script><!--',
  'quotes " and \\ backslashes \\" \'',
  'a line \u2028 and a paragraph \u2029',
  '~m~3~m~abc',
  '~j~',
  '~j~{"a":1}',
  '~h~',
  '~h~1',
  '~x~',
  '&data=x&a=b+c%20d%zz;=',
] as const;

/** What `send` takes, and the texts that go out. */
const VALUES: readonly (readonly [unknown, readonly string[]])[] = [
  ['text', ['text']],
  ['', ['']],
  [null, ['']],
  [undefined, ['']],
  [0, ['0']],
  [-1.5, ['-1.5']],
  [Number.NaN, ['NaN']],
  [1e21, ['1e+21']],
  [true, ['true']],
  [false, ['false']],
  [{ three: 3 }, ['~j~{"three":3}']],
  [{ deep: [{ er: null }], ü: '日\n"' }, ['~j~{"deep":[{"er":null}],"ü":"日\\n\\""}']],
  [{}, ['~j~{}']],
  [
    [1, 'two', { three: 3 }, null],
    ['1', 'two', '~j~{"three":3}', ''],
  ],
  [
    [[1, 2], []],
    ['1,2', ''],
  ],
];

export function describeMessages(variant: Variant): void {
  describe('messages', () => {
    it('transfers every text in both directions', async () => {
      const { io, join } = await setUp(variant);
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const [driver] = await join();
      for (const text of TEXTS) {
        // control texts of the client are control; what it sends as JSON is text
        await driver.send(framed(`~j~${JSON.stringify(text)}`));
        expect(await driver.next()).to.equal(text);
      }
    });

    it('delivers text as it is', async () => {
      const { io, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      events.length = 0;
      for (const text of TEXTS.filter((known) => !/^~[hj]~/.test(known))) {
        await driver.send(framed(text));
        await until(() => events.length >= 2, 'the message');
        expect(events).to.deep.equal([
          ['message', text],
          ['clientMessage', text, client],
        ]);
        events.length = 0;
      }
    });

    for (const [value, texts] of VALUES) {
      it(`sends ${JSON.stringify(value) ?? 'undefined'} in one payload`, async () => {
        const { join } = await setUp(variant);
        const [driver, client] = await join();
        expect(client.send(value)).to.equal(client);
        expect(parsePayload(await driver.nextPayload())).to.deep.equal(texts);
      });
    }

    it('delivers each message of a batch, to the client and then to the Listener', async () => {
      const { io, join } = await setUp(variant);
      const events = recordEvents(io);
      const [driver, client] = await join();
      events.length = 0;
      await driver.send(framed('a', '~j~{"b":[1,null]}', '~j~[1]', '~j~null', '~j~7', ''));
      const messages = ['a', { b: [1, null] }, [1], null, 7, ''];
      await until(() => events.length >= messages.length * 2, 'the messages');
      const expected = messages.flatMap((message) => [
        ['message', message],
        ['clientMessage', message, client],
      ]);
      expect(events).to.deep.equal(expected);
    });

    it('delivers an empty object for invalid JSON, and reads on', async () => {
      const { io, join } = await setUp(variant);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const [driver] = await join();
      await driver.send(framed('~j~{nonsense', '~j~', 'after'));
      await until(() => messages.length >= 3, 'the messages');
      expect(messages).to.deep.equal([{}, {}, 'after']);
    });

    it('drops invalid framing and what follows it, and keeps the session', async () => {
      const { io, join } = await setUp(variant);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const [driver] = await join();
      const garbage = ['garbage', '~m~', '~m~x~m~y', '~m~-1~m~', '~m~1e1~m~aaaaaaaaaa'];
      for (const payload of garbage) {
        await driver.send(payload);
        await driver.send(framed('kept') + payload + framed('dropped'));
      }
      await driver.send(framed('end'));
      await until(() => messages.at(-1) === 'end', 'the last message');
      expect(messages).to.deep.equal([...garbage.map(() => 'kept'), 'end']);
    });

    it('reads a length beyond the end as the rest of the payload', async () => {
      const { io, join } = await setUp(variant);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const [driver] = await join();
      await driver.send(inBytes('žluťoučký kůň'));
      await driver.send(framed('first') + inBytes('~j~{"name":"Société Générale"}'));
      await driver.send(framed('end'));
      await until(() => messages.at(-1) === 'end', 'the last message');
      const expected = ['žluťoučký kůň', 'first', { name: 'Société Générale' }, 'end'];
      expect(messages).to.deep.equal(expected);
    });

    it('replies to a batch in its order', async () => {
      const { io, join } = await setUp(variant);
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const [driver] = await join();
      const batch = Array.from({ length: 50 }, (_, i) => `reply ${i}`);
      await driver.send(framed(...batch));
      for (const text of batch) expect(await driver.next()).to.equal(text);
    });

    it('keeps the order of many sends', async () => {
      const { join } = await setUp(variant);
      const [driver, client] = await join();
      const texts = Array.from({ length: 300 }, (_, i) => `${i} ${'é'.repeat(i)}`);
      for (const text of texts) {
        client.send(text);
        if (text.length % 7 === 0) await flushEventLoop(1);
      }
      for (const text of texts) expect(await driver.next()).to.equal(text);
    });

    it('transfers a megabyte in both directions', async () => {
      const { io, join } = await setUp(variant);
      io.on('connection', (client) => client.on('message', (message) => client.send(message)));
      const [driver] = await join();
      const text = 'größer '.repeat(150_000);
      await driver.send(framed(text));
      expect((await driver.next()) === text).to.equal(true);
    });

    it('sends from inside the connection handlers, after the session id', async () => {
      const { io, join } = await setUp(variant);
      io.on('clientConnect', (client) => client.send('first'));
      io.on('connection', (client) => client.send('second').send({ third: true }));
      const [driver] = await join();
      expect(await driver.next()).to.equal('first');
      expect(await driver.next()).to.equal('second');
      expect(await driver.next()).to.deep.equal({ third: true });
    });

    it('rethrows the exception of a message handler, and loses no message', async () => {
      const { io, join } = await setUp(variant);
      const messages: unknown[] = [];
      io.on('clientMessage', (message) => messages.push(message));
      const [driver, client] = await join();
      client.once('message', () => {
        throw new Error('a handler of the app failed');
      });
      const surfaced = uncaught();
      await driver.send(framed('a', 'b'));
      expect((await surfaced).message).to.equal('a handler of the app failed');
      client.send('still here');
      expect(await driver.next()).to.equal('still here');
      expect(messages).to.deep.equal(['a', 'b']);
    });

    it('rethrows the exception of a connection handler, and opens the session', async () => {
      const { io, port, client: find } = await setUp(variant);
      io.once('clientConnect', () => {
        throw new Error('the handler failed');
      });
      const names: string[] = [];
      io.on('connection', (client) => names.push(client.transport));
      const surfaced = uncaught();
      const driver = await variant.create(port).open();
      expect((await surfaced).message).to.equal('the handler failed');
      expect(names).to.deep.equal([driver.transport]);
      (await find(driver.sessionId)).send('hello');
      expect(await driver.next()).to.equal('hello');
    });

    it('throws a TypeError for what cannot become JSON, and keeps the session', async () => {
      const { io, join } = await setUp(variant);
      const [driver, client] = await join();
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      expect(() => client.send(circular)).to.throw(TypeError);
      expect(() => io.broadcast([circular])).to.throw(TypeError);
      client.send('fine');
      expect(await driver.next()).to.equal('fine');
    });

    it('queues what is sent while the client is away, and sends it in one payload', async () => {
      const { join } = await setUp(variant);
      const [driver, client] = await join();
      driver.drop();
      await away(client);
      client.send('a').send(['b', { c: 3 }]);
      client.listener.broadcast('d');
      await driver.resume();
      expect(parsePayload(await driver.nextPayload())).to.deep.equal(['a', 'b', '~j~{"c":3}', 'd']);
      await opened(client);
      client.send('e');
      expect(parsePayload(await driver.nextPayload())).to.deep.equal(['e']);
    });
  });
}
