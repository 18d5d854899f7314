import { expect } from 'chai';
import type { Client, ListenerOptions } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { ManualClock } from '../support/clock.js';
import { Refused, VARIANTS, type Driver } from '../support/drivers/index.js';
import { framed, parsePayload } from '../support/payload.js';
import { form, request, type Response } from '../support/raw.js';
import { serve, type Served } from '../support/server.js';
import { until } from '../support/wait.js';

const TIME = '1322500000000';
const POLLS = ['xhr-polling', 'jsonp-polling'];

interface Place {
  c: number;
  a: number;
  k?: string;
  s?: number;
  p?: number;
}

function textOf(place: Place): string {
  const fields = Object.entries(place).filter(([, value]) => value !== undefined);
  return [...fields.map(([name, value]) => `${name}=${value}`), `t=${TIME}`].join('&');
}

/** The payload in the answer to a poll. */
function payloadOf({ body }: Response): string {
  const literal = /^io\.JSONP\[\d+\]\._\((".*")\);$/.exec(body)?.[1];
  return literal === undefined ? body : (JSON.parse(literal) as string);
}

/** The session that a test has opened. */
interface Opened {
  readonly served: Served;
  readonly id: string;
  readonly key: string;
  readonly client: Client;
}

async function serveDelivery(options: ListenerOptions = {}): Promise<Served> {
  // The Listener waits so long for clients that are between two polls when it closes.
  const short = { closeTimeout: 100 };
  const transportOptions = { 'xhr-polling': short, 'jsonp-polling': short };
  return serve({ delivery: true, transports: TRANSPORTS, transportOptions, ...options });
}

const TRANSPORTS = [
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
  'server-events',
];

/** The path of a request, with the index that JSONP needs. */
function pathOf(transport: string, id: string, place: Place, verb = ''): string {
  const index = transport === 'jsonp-polling' ? ['0'] : [];
  return ['/socket.io', transport, id, ...(verb ? [verb] : []), textOf(place), ...index].join('/');
}

async function openPoll(transport: string, options?: ListenerOptions): Promise<Opened> {
  const served = await serveDelivery(options);
  const response = await request(served.port, pathOf(transport, '', { c: 1, a: 0 }));
  const [id = '', grant = ''] = parsePayload(payloadOf(response));
  const key = /^~h~d(\d{1,15}):120000$/.exec(grant)?.[1] ?? '';
  return { served, id, key, client: served.io.clients[id] as Client };
}

async function post(
  { served, id }: Opened,
  transport: string,
  place: Place,
  payload: string,
  verb = 'send',
): Promise<Response> {
  const path = pathOf(transport, id, place, verb);
  return request(served.port, path, { method: 'POST', body: form(payload) });
}

/** Gives a driver the paths of a client with delivery. */
function deliver(driver: Driver, place: Place): Driver {
  const paths = driver as unknown as { path: (...parts: string[]) => string };
  paths.path = (id = '') => pathOf(driver.transport, id, place);
  return driver;
}

/** Opens a connection, and returns the texts of its first payload. */
async function connect(driver: Driver, id: string): Promise<string[]> {
  afterThisTest(() => driver.drop());
  await (driver as unknown as { connect(id: string): Promise<void> }).connect(id);
  return parsePayload(await driver.nextPayload());
}

describe('the wire of delivery', () => {
  for (const transport of POLLS) {
    describe(`over ${transport}`, () => {
      it('grants a session its key after the id, and acknowledges by a count', async () => {
        const opened = await openPoll(transport);
        const { served, id, key: k, client } = opened;
        const received: unknown[] = [];
        client.on('message', (message) => received.push(message));
        expect(client.delivery).to.equal(true);
        client.send('one').send(['two', 'three']);
        const poll = async (a: number, c = 1): Promise<string> =>
          payloadOf(await request(served.port, pathOf(transport, id, { c, a, k })));
        expect(await poll(0)).to.equal(framed('~h~a0:0', 'one', 'two', 'three'));
        // The answer was lost.
        expect(await poll(0)).to.equal(framed('~h~a0:0', 'one', 'two', 'three'));
        expect(client.unacknowledged()).to.equal(3);
        const up = framed('a', 'b');
        const answer = await post(opened, transport, { c: 1, a: 2, k, s: 1 }, up);
        expect(answer).to.include({ status: 200, body: framed('~h~a2') });
        expect(client.unacknowledged()).to.equal(1);
        // The answer was lost: what was taken is not taken again.
        await post(opened, transport, { c: 1, a: 2, k, s: 1 }, up + framed('c'));
        expect(received).to.deep.equal(['a', 'b', 'c']);
        expect(await poll(2, 2)).to.equal(framed('~h~a3:2', 'three'));
      });

      it('refuses POSTs with a gap, of another attempt and without the key', async () => {
        const opened = await openPoll(transport);
        const { key: k, client } = opened;
        client.on('message', () => expect.fail('nothing must be taken'));
        const statusOf = async (place: Place): Promise<number> =>
          (await post(opened, transport, place, framed('x'))).status;
        expect(await statusOf({ c: 1, a: 0, k, s: 2 })).to.equal(409);
        expect(await statusOf({ c: 1, a: 0, k })).to.equal(409);
        expect(await statusOf({ c: 2, a: 0, k, s: 1 })).to.equal(409);
        expect(await statusOf({ c: 1, a: 0, s: 1 })).to.equal(404);
        expect(await statusOf({ c: 1, a: 0, k: '1', s: 1 })).to.equal(404);
      });

      it('answers a poll of an unknown session in the format of the transport', async () => {
        const { served, id } = await openPoll(transport);
        for (const [session, k] of [
          [id, '1'],
          ['42', '1'],
        ] as const) {
          const path = pathOf(transport, session, { c: 2, a: 0, k });
          // oxlint-disable-next-line eslint/no-await-in-loop -- one request after the other
          const response = await request(served.port, path);
          expect(response.status).to.equal(200);
          expect(payloadOf(response)).to.equal(framed('~h~x'));
        }
        const keyless = pathOf(transport, id, { c: 2, a: 0 });
        expect((await request(served.port, keyless)).status).to.equal(404);
      });

      it('takes only the whole messages of a POST that a proxy has cut short', async () => {
        const opened = await openPoll(transport);
        const { served, id, key: k, client } = opened;
        const messages = ['a b', 'x ', '100 %', 'é€😀', 'end '];
        const received: unknown[] = [];
        client.on('message', (message) => received.push(message));
        const body = form(framed(...messages));
        const path = pathOf(transport, id, { c: 1, a: 0, k, s: 1 }, 'send');
        for (let length = 0; length <= body.length; length++) {
          // oxlint-disable-next-line eslint/no-await-in-loop -- one request after the other
          const answer = await request(served.port, path, {
            method: 'POST',
            body: body.slice(0, length),
          });
          expect(received).to.deep.equal(messages.slice(0, received.length), `cut at ${length}`);
          expect(answer.body).to.equal(framed(`~h~a${received.length}`));
        }
        expect(received).to.deep.equal(messages);
      });

      it('refuses requests of an older attempt', async () => {
        const { served, id, key: k, client } = await openPoll(transport);
        client.send('x');
        await request(served.port, pathOf(transport, id, { c: 5, a: 0, k }));
        const late = await request(served.port, pathOf(transport, id, { c: 4, a: 0, k }));
        expect(late.status).to.equal(409);
      });

      it('ends the session by a close request, with its last messages', async () => {
        const opened = await openPoll(transport);
        const { key: k, client } = opened;
        const events: unknown[] = [];
        client.on('message', (message) => events.push(message));
        client.on('lost', (messages) => events.push(messages));
        client.on('disconnect', (reason) => events.push(reason));
        client.send({ kept: true });
        await post(opened, transport, { c: 1, a: 0, k, s: 1 }, framed('last'), 'close');
        expect(events).to.deep.equal(['last', [{ kept: true }], 'client close']);
      });

      it('sends what waits and the end to a client that is between two polls', async () => {
        const { served, id, key: k, client } = await openPoll(transport);
        client.send('bye').disconnect();
        expect(client.disconnectReason).to.equal(null);
        const last = await request(served.port, pathOf(transport, id, { c: 1, a: 0, k }));
        expect(payloadOf(last)).to.equal(framed('~h~a0:0', 'bye', '~h~e0:1'));
        expect(client.disconnectReason).to.equal('server disconnect');
      });
    });
  }

  it('answers a poll when a form was taken, since pages cannot read its answer', async () => {
    const opened = await openPoll('jsonp-polling');
    const { served, id, key: k, client } = opened;
    const held = request(served.port, pathOf('jsonp-polling', id, { c: 1, a: 0, k }));
    await until(() => client._open, 'the poll');
    await post(opened, 'jsonp-polling', { c: 1, a: 0, k, s: 1 }, framed('x'));
    expect(payloadOf(await held)).to.equal(framed('~h~a1:0'));
  });

  for (const { name, create } of VARIANTS) {
    if (POLLS.includes(name)) continue;
    describe(`over ${name}`, () => {
      it('resumes a session that a poll has begun, and is replaced by the next attempt', async () => {
        const { served, id, key: k, client } = await openPoll('xhr-polling');
        client.send(['one', 'two']);
        const driver = deliver(create(served.port), { c: 2, a: 1, k });
        expect(await connect(driver, id)).to.deep.equal(['~h~a0:1', 'two']);
        expect(client.transport).to.equal(driver.transport);
        client.send('three');
        expect(await driver.nextPayload()).to.equal(framed('three'));
        const next = await request(served.port, pathOf('xhr-polling', id, { c: 3, a: 2, k }));
        expect(next.body).to.equal(framed('~h~a0:2', 'three'));
        await driver.ended();
      });

      it('begins a session, and ends it with the counts', async () => {
        const served = await serveDelivery();
        const driver = deliver(create(served.port), { c: 1, a: 0 });
        const [id = '', grant = ''] = await connect(driver, '');
        expect(grant).to.match(/^~h~d\d{1,15}:120000$/);
        const client = served.io.clients[id] as Client;
        client.send('x').disconnect();
        const texts: string[] = [];
        // oxlint-disable-next-line eslint/no-await-in-loop -- one payload after the other
        while (texts.length < 2) texts.push(...parsePayload(await driver.nextPayload()));
        expect(texts).to.deep.equal(['x', '~h~e0:1']);
      });

      it('waits for a client that has sent nothing until it detects the loss of its connection', async () => {
        const clock = new ManualClock();
        const served = await serveDelivery({ clock });
        const driver = deliver(create(served.port), { c: 1, a: 0 });
        const [id = '', grant = ''] = await connect(driver, '');
        const client = served.io.clients[id] as Client;
        client.send('x');
        driver.drop();
        await until(() => !client._open, 'the loss of the connection');
        clock.tick(25_000);
        const k = /^~h~d(\d+):/.exec(grant)?.[1] ?? '';
        const next = deliver(create(served.port), { c: 2, a: 0, k });
        expect(await connect(next, id)).to.deep.equal(['~h~a0:0', 'x']);
      });

      it('informs a client whose session is unknown', async () => {
        const served = await serveDelivery();
        const driver = deliver(create(served.port), { c: 2, a: 0, k: '5' });
        if (driver.transport === 'server-events') {
          // This event has no id, which the driver expects of a session.
          expect((await driver.refusal('42')).body).to.include(`data: ${framed('~h~x')}\n\n`);
        } else expect(await connect(driver, '42')).to.deep.equal(['~h~x']);
      });

      it('refuses an older attempt with 409', async () => {
        const { served, id, key: k, client } = await openPoll('xhr-polling');
        client.send('x');
        await request(served.port, pathOf('xhr-polling', id, { c: 5, a: 0, k }));
        const driver = deliver(create(served.port), { c: 4, a: 0, k });
        const error: unknown = await connect(driver, id).catch((reason: unknown) => reason);
        if (error instanceof Refused) expect(error.status).to.equal(409);
        else expect((await driver.refusal(id)).status).to.equal(409);
      });
    });
  }

  for (const { name, create } of VARIANTS.filter((variant) => /socket/.test(variant.name))) {
    it(`takes frames of the connection that serves the session only, over ${name}`, async () => {
      const { served, id, key: k, client } = await openPoll('xhr-polling');
      const received: unknown[] = [];
      client.on('message', (message) => received.push(message));
      const old = deliver(create(served.port), { c: 2, a: 0, k });
      await connect(old, id);
      await old.send(framed('one', '~h~r'));
      expect(await old.nextPayload()).to.equal(framed('~h~a1'));
      const next = deliver(create(served.port), { c: 3, a: 0, k });
      expect(await connect(next, id)).to.deep.equal(['~h~a1:0']);
      await old.send(framed('two')).catch(() => undefined);
      await next.send(framed('two', '~h~r'));
      expect(await next.nextPayload()).to.equal(framed('~h~a2'));
      expect(received).to.deep.equal(['one', 'two']);
      await next.send(framed('~h~e0'));
      await until(() => client.disconnectReason !== null, 'the end');
      expect(client.disconnectReason).to.equal('client close');
    });

    it(`moves to a probe when the client requests it, over ${name}`, async () => {
      const { served, id, key: k, client } = await openPoll('xhr-polling');
      const probe = deliver(create(served.port), { c: 2, a: 0, k, p: 1 });
      expect(await connect(probe, id)).to.deep.equal(['~h~p']);
      client.send('x');
      const poll = await request(served.port, pathOf('xhr-polling', id, { c: 1, a: 0, k }));
      expect(poll.body).to.equal(framed('~h~a0:0', 'x'));
      await probe.send(framed('~h~u1'));
      expect(await probe.nextPayload()).to.equal(framed('~h~a0:1'));
      expect(client.transport).to.equal(probe.transport);
      const late = await request(served.port, pathOf('xhr-polling', id, { c: 1, a: 1, k }));
      expect(late.status).to.equal(409);
    });
  }

  it('is not granted without the option', async () => {
    const served = await serve();
    for (const path of [
      pathOf('xhr-polling', '', { c: 1, a: 0 }),
      `/socket.io/xhr-polling/${textOf({ c: 1, a: 0 })}`,
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one request after the other
      const { body } = await request(served.port, path);
      const [id = '', ...others] = parsePayload(body);
      expect(others).to.deep.equal([]);
      expect(served.io.clients[id]?.delivery).to.equal(false);
    }
  });

  it('begins a session also if a proxy has merged the slashes', async () => {
    const served = await serveDelivery();
    for (const path of [
      `/socket.io/xhr-polling/${textOf({ c: 1, a: 0 })}`,
      `/socket.io/jsonp-polling/${textOf({ c: 1, a: 0 })}/0`,
    ]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one request after the other
      const texts = parsePayload(payloadOf(await request(served.port, path)));
      expect(texts[1]).to.match(/^~h~d\d+:120000$/);
    }
  });

  it('counts the messages of a broadcast of an array', async () => {
    const { served, id, key: k, client } = await openPoll('xhr-polling');
    served.io.broadcast(['one', 'two']);
    expect(client.unacknowledged()).to.equal(2);
    const { body } = await request(served.port, pathOf('xhr-polling', id, { c: 1, a: 1, k }));
    expect(body).to.equal(framed('~h~a0:1', 'two'));
  });

  it('ends a session with more unacknowledged than `maxBuffer`, without a total', async () => {
    const { served, client } = await openPoll('xhr-polling', { maxBuffer: 100 });
    const events: unknown[] = [];
    client.on('lost', (messages) => events.push(messages.length));
    client.on('disconnect', (reason) => events.push(reason));
    for (let i = 0; i < 5; i++) client.send('x');
    await until(() => Object.keys(served.io.clients).length === 0, 'the end');
    expect(events).to.deep.equal([5, 'queue overflow']);
  });

  it('keeps the key out of the log', async () => {
    const lines: string[] = [];
    const { served, id, key } = await openPoll('xhr-polling', { log: (line) => lines.push(line) });
    const place = { c: 1, a: 0, k: key, s: 9 };
    await request(served.port, pathOf('xhr-polling', '42', place), { method: 'POST', body: '' });
    await request(served.port, pathOf('xhr-polling', id, place), { method: 'PUT' });
    expect(lines.join('\n')).to.not.include(key);
  });
});
