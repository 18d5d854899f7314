import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../../lib/index.js';
import { until } from '../support/wait.js';
import { serveBoth, settle, type BridgedServer } from './fixture.js';
import { CLIENTS, OfficialDriver, WAYS } from './official.js';

function refusals({ io }: BridgedServer): [string, number][] {
  const list: [string, number][] = [];
  io.on('refused', ({ code, status }: Refusal) => list.push([code, status]));
  return list;
}

/** Options of a client whose page has an origin. */
const from = (Origin: string): object => ({ extraHeaders: { Origin } });

const COOKIE = { extraHeaders: { Cookie: 'user=ann' } };

for (const [way, options] of Object.entries(WAYS)) {
  describe(`An official client by ${way}`, () => {
    for (const isLate of [false, true]) {
      it(`is passed to authorize${isLate ? ', which decides later' : ''}`, async () => {
        const asked: unknown[] = [];
        const authorize = async (request: IncomingMessage): Promise<boolean | { status: 401 }> => {
          asked.push(request.headers.cookie);
          if (isLate) await settle();
          return request.headers.cookie === 'user=ann' || { status: 401 };
        };
        const both = await serveBoth({ listener: { authorize }, official: { allowEIO3: true } });
        const refused = refusals(both);
        await both.connect({ ...options, ...COOKIE });
        const page = new OfficialDriver(both.port, options);
        const error = await page.error();
        expect(error.message).to.equal('Not authorized');
        expect(error.data).to.deep.equal({
          code: 'ERR_SIO_UNAUTHORIZED',
          status: 401,
          message: 'Not authorized',
        });
        expect(refused).to.deep.equal([['ERR_SIO_UNAUTHORIZED', 401]]);
        expect(asked).to.deep.equal(['user=ann', undefined]);
        expect(Object.keys(both.io.clients)).to.have.lengthOf(1);
      });
    }
  });
}

describe('An official client', () => {
  it('of version 2 gets the reason of a refusal too', async () => {
    const { port } = await serveBoth({
      listener: { authorize: () => ({ status: 402, message: 'pay' }) },
      official: { allowEIO3: true },
    });
    const error = await new OfficialDriver(port, {}, '2.5').error();
    expect(error).to.deep.equal({ code: 'ERR_SIO_UNAUTHORIZED', status: 402, message: 'pay' });
  });

  for (const version of Object.keys(CLIENTS)) {
    it(`of version ${version} may disconnect while authorize is pending`, async () => {
      const decide: ((verdict: boolean) => void)[] = [];
      const authorize = (): Promise<boolean> => new Promise((resolve) => decide.push(resolve));
      const both = await serveBoth({
        listener: { authorize, maxSessions: 1 },
        official: { allowEIO3: true },
      });
      const page = new OfficialDriver(both.port, { transports: ['websocket'] }, version);
      await until(() => decide.length === 1, 'the question');
      (page.socket.io as unknown as { engine: { close(): void } }).engine.close();
      await until(() => both.official.engine.clientsCount === 0, 'the end of the connection');
      // It does not count any more.
      const next = new OfficialDriver(both.port, {}, version);
      await until(() => decide.length === 2, 'the next question');
      for (const one of decide) one(true);
      await next.open();
      await settle();
      expect(both.bridge.size).to.equal(1);
    });
  }

  it('is counted by the limits on sessions', async () => {
    const both = await serveBoth({ listener: { maxSessions: 1 } });
    const refused = refusals(both);
    const [first] = await both.connect();
    expect((await new OfficialDriver(both.port).error()).data).to.include({ status: 503 });
    expect(refused).to.deep.equal([['ERR_SIO_TOO_MANY_SESSIONS', 503]]);
    const url = `http://127.0.0.1:${both.port}/socket.io/xhr-polling//1`;
    expect((await fetch(url)).status).to.equal(503);
    first.socket.disconnect();
    await until(() => both.bridge.size === 0, 'the end of the first');
    await both.connect();
  });

  it('is counted when it connects, however long other middleware takes', async () => {
    const both = await serveBoth({ listener: { maxSessions: 1 } });
    const refused = refusals(both);
    const waiting: (() => void)[] = [];
    both.official.use((_socket, next) => void waiting.push(next));
    const pages = [new OfficialDriver(both.port), new OfficialDriver(both.port)];
    await until(() => waiting.length === 2, 'both to pass the first check');
    for (const next of waiting) next();
    await until(() => pages.some(({ reasons }) => reasons.length === 1), 'the end of one');
    expect(refused).to.deep.equal([['ERR_SIO_TOO_MANY_SESSIONS', 503]]);
    expect(both.bridge.size).to.equal(1);
  });

  it('is refused if origins does not allow its page', async () => {
    const both = await serveBoth({
      listener: { origins: 'good.example:*' },
      official: { cors: { origin: true } },
    });
    const refused = refusals(both);
    await both.connect(from('http://good.example'));
    const error = await new OfficialDriver(both.port, from('http://evil.example')).error();
    expect(error.data).to.include({ code: 'ERR_SIO_FORBIDDEN_ORIGIN', status: 403 });
    expect(refused).to.deep.equal([['ERR_SIO_FORBIDDEN_ORIGIN', 403]]);
  });

  it('is passed to the middleware of the official server too', async () => {
    const { official, port, clients } = await serveBoth();
    official.use((_socket, next) => next(new Error('not here')));
    expect((await new OfficialDriver(port).error()).message).to.equal('not here');
    expect(clients.length).to.equal(0);
  });

  it('that is pending when the Listener closes is refused', async () => {
    let questions = 0;
    const authorize = (): Promise<boolean> => {
      questions++;
      return new Promise(() => undefined);
    };
    const { io, port } = await serveBoth({ listener: { authorize } });
    const page = new OfficialDriver(port);
    await until(() => questions === 1, 'the question');
    await io.close();
    expect((await page.error()).data).to.include({ status: 503 });
  });
});
