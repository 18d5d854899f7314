import { expect } from 'chai';
import { encode } from '../../lib/protocol/frames.js';
import { WebsocketDriver } from '../support/drivers/index.js';
import { until } from '../support/wait.js';
import { serveBoth } from './fixture.js';
import { CLIENTS } from './official.js';

const DATE = new Date(0);

/** What the application sends, and what clients of 0.6 and official clients get. */
const SENT: readonly (readonly [what: string, value: unknown, messages: readonly unknown[]])[] = [
  ['text', 'x', ['x']],
  ['unicode', 'grüße 😀 \u0000 \u2028', ['grüße 😀 \u0000 \u2028']],
  ['the marks of 0.6', ['~h~1', '~j~{}', '~m~1~m~x'], ['~h~1', '~j~{}', '~m~1~m~x']],
  ['an object', { a: [1, null, { b: 'ü' }] }, [{ a: [1, null, { b: 'ü' }] }]],
  ['an array: several messages', ['a', { b: 1 }], ['a', { b: 1 }]],
  ['an empty array: none', [], []],
  ['a number', 5, ['5']],
  ['a boolean', true, ['true']],
  ['null', null, ['']],
  ['undefined', undefined, ['']],
  ['a date', DATE, [String(DATE)]],
  ['a date in an object', { at: DATE }, [{ at: DATE.toISOString() }]],
  ['a Buffer: its text', Buffer.from('bytes'), ['bytes']],
];

/** What an official client sends, and what the application gets. */
const RECEIVED: readonly (readonly [
  what: string,
  args: readonly unknown[],
  messages: readonly unknown[],
])[] = [
  ['text', ['x'], ['x']],
  ['unicode', ['grüße 😀 \u0000'], ['grüße 😀 \u0000']],
  ['an object', [{ a: [1, null] }], [{ a: [1, null] }]],
  ['an array: one message', [['a', 'b']], [['a', 'b']]],
  ['a number', [5], [5]],
  ['a boolean', [false], [false]],
  ['null', [null], [null]],
  ['nothing', [], ['']],
  ['several arguments: several messages', ['a', 1], ['a', 1]],
  ['a date: its text', [DATE], [DATE.toISOString()]],
  ['a Buffer', [Buffer.from([0, 255])], [Buffer.from([0, 255])]],
  ['a Buffer in an object', [{ bytes: Buffer.from([1]) }], [{ bytes: Buffer.from([1]) }]],
];

describe('The mapping of messages', () => {
  for (const [what, value, messages] of SENT) {
    it(`sends ${what}`, async () => {
      const { io, port, clients, connect } = await serveBoth({ official: { allowEIO3: true } });
      const old = await new WebsocketDriver(port).open();
      const oldClient = await clients.next('a client');
      const expected = [...messages, ...messages, ...messages, 'end'];
      const pages = [];
      for (const version of Object.keys(CLIENTS)) pages.push(await connect({}, version));
      for (const client of [oldClient, ...pages.map(([, one]) => one)]) client.send(value);
      io.broadcast(value);
      io.everybody.send(value);
      io.broadcast('end');
      const seen = [];
      for (let i = 0; i < expected.length; i++) seen.push(await old.next());
      expect(seen).to.deep.equal(expected);
      for (const [page] of pages) expect(await page.take(expected.length)).to.deep.equal(expected);
    });
  }

  for (const [what, args, messages] of RECEIVED) {
    for (const version of Object.keys(CLIENTS)) {
      it(`receives ${what} from a client of version ${version}`, async () => {
        const { connect } = await serveBoth({ official: { allowEIO3: true } });
        const [page, client] = await connect({}, version);
        const seen: unknown[] = [];
        client.on('message', (message) => seen.push(message));
        page.socket.send(...args);
        page.socket.emit('message', ...args);
        page.socket.send('end');
        await until(() => seen.at(-1) === 'end', 'the last message');
        expect(seen).to.deep.equal([...messages, ...messages, 'end']);
      });
    }
  }

  it('throws what cannot be encoded, and sends nothing of it', async () => {
    const { io, connect } = await serveBoth();
    const [page, client] = await connect();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => client.send(circle)).to.throw(TypeError);
    expect(() => io.to(client.sessionId).send(circle)).to.throw(TypeError);
    client.send('end');
    expect(await page.next()).to.equal('end');
  });

  it('relays messages between the pages of all versions', async () => {
    const { io, port, connect } = await serveBoth({ official: { allowEIO3: true } });
    io.on('connection', (client) => client.on('message', (text) => client.broadcast(text)));
    const old = await new WebsocketDriver(port).open();
    const pages = [];
    for (const version of Object.keys(CLIENTS)) pages.push((await connect({}, version))[0]);
    await old.send(encode(['ä', { by: '0.6' }]));
    for (const page of pages) expect(await page.take(2)).to.deep.equal(['ä', { by: '0.6' }]);
    for (const page of pages) {
      page.socket.send({ by: 'a page' });
      for (const other of pages) {
        if (other !== page) expect(await other.next()).to.deep.equal({ by: 'a page' });
      }
      expect(await old.next()).to.deep.equal({ by: 'a page' });
    }
  });
});
