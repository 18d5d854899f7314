import { expect } from 'chai';
import { afterThisTest } from '../../support/cleanup.js';
import { collectGarbage } from '../../support/garbage.js';
import { ManualClock } from '../../support/clock.js';
import { JsonpPollingDriver, XhrPollingDriver } from '../../support/drivers/index.js';
import { framed } from '../../support/payload.js';
import { serve } from '../../support/server.js';
import { flushEventLoop, until } from '../../support/wait.js';
import { RawSocket, request, requestBytes } from '../../support/raw.js';

describe('polling', () => {
  it('answers a poll with an empty body after `duration`, and accepts the next one', async () => {
    for (const Type of [XhrPollingDriver, JsonpPollingDriver]) {
      const clock = new ManualClock();
      const { port, client: find } = await serve({ clock });
      const driver = await new Type(port).open();
      const client = await find(driver.sessionId);
      await until(() => client._open);
      for (let polls = 1; polls <= 3; polls++) {
        clock.tick(19_999);
        await flushEventLoop();
        expect(driver.emptyPolls).to.equal(polls - 1);
        clock.tick(21);
        expect(client._open).to.equal(false);
        await until(() => client._open && driver.emptyPolls === polls);
      }
      client.send('x');
      expect(await driver.next()).to.equal('x');
    }
  });

  it('answers a poll with an empty body when the next one arrives, which has its own `duration`', async () => {
    const clock = new ManualClock();
    const { port, client: find } = await serve({ clock });
    const [sid = ''] = /\d{38}/.exec((await request(port, '/socket.io/xhr-polling/')).body) ?? [];
    const client = await find(sid);
    const first = await RawSocket.connect(port);
    first.write(requestBytes(`/socket.io/xhr-polling/${sid}/1`));
    await until(() => client._open);
    clock.tick(15_000);
    const second = await RawSocket.connect(port);
    second.write(requestBytes(`/socket.io/xhr-polling/${sid}/2`));
    expect((await first.readResponse()).body).to.equal('');
    clock.tick(15_000);
    await flushEventLoop();
    expect(second.bytes.length).to.equal(0);
    first.destroy();
    await flushEventLoop();
    client.send('for the second');
    expect((await second.readResponse()).body).to.equal(framed('for the second'));
  });

  it('keeps nothing of an answered poll, while its connection waits for the next one', async () => {
    const { port, client: find } = await serve();
    const raw = await RawSocket.connect(port);
    raw.write(requestBytes('/socket.io/xhr-polling/'));
    const [sid = ''] = /\d{38}/.exec((await raw.readResponse()).body) ?? [];
    const client = await find(sid);
    raw.write(requestBytes(`/socket.io/xhr-polling/${sid}/1`));
    await until(() => client._open);
    const response = new WeakRef(client.response as object);
    client.send('the answer');
    await raw.readResponse();
    await until(() => {
      collectGarbage();
      return response.deref() === undefined;
    }, 'the response to be collected');
    expect(client.connected).to.equal(true);
  });

  it('ends a session whose poll the application destroys, also if the next poll arrives first', async () => {
    const {
      port,
      io,
      client: find,
    } = await serve({}, (_request, response) => {
      for (const one of Object.values(io.clients)) one.connection.destroy();
      response.end();
    });
    const [sid = ''] = /\d{38}/.exec((await request(port, '/socket.io/xhr-polling/')).body) ?? [];
    const client = await find(sid);
    const first = await RawSocket.connect(port);
    first.write(requestBytes(`/socket.io/xhr-polling/${sid}/1`));
    await until(() => client._open);
    const second = await RawSocket.connect(port);
    // One packet: the poll arrives before the end of the other connection is emitted.
    second.write(
      Buffer.concat([requestBytes('/kick'), requestBytes(`/socket.io/xhr-polling/${sid}/1`)]),
    );
    expect((await second.readResponse()).status).to.equal(200);
    expect((await second.readResponse()).status).to.equal(204);
    expect(client.connected).to.equal(false);
  });

  it('makes the script of a broadcast once for all jsonp polls', async () => {
    const scripts = require('../../../lib/transports/http/script-literal.js') as {
      scriptLiteral: (text: string) => string;
    };
    const { scriptLiteral } = scripts;
    const texts: string[] = [];
    scripts.scriptLiteral = (text) => {
      texts.push(text);
      return scriptLiteral(text);
    };
    afterThisTest(() => Object.assign(scripts, { scriptLiteral }));
    const { port, io } = await serve();
    const drivers = await Promise.all(
      Array.from({ length: 5 }, () => new JsonpPollingDriver(port).open()),
    );
    const clients = Object.values(io.clients);
    await until(() => clients.every((client) => client._open), 'the polls');
    texts.length = 0;
    io.broadcast('<'.repeat(100));
    for (const driver of drivers) expect(await driver.next()).to.equal('<'.repeat(100));
    expect(texts).to.deep.equal([framed('<'.repeat(100))]);
  });

  it('serves two sessions on one connection', async () => {
    const { port, io } = await serve();
    const raw = await RawSocket.connect(port);
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) {
      raw.write(requestBytes('/socket.io/xhr-polling/'));
      ids.push((await raw.readResponse()).body.slice('~m~38~m~'.length));
    }
    for (const [i, id] of ids.entries()) {
      io.clients[id]?.send(`for ${i}`);
      raw.write(requestBytes(`/socket.io/xhr-polling/${id}`));
      expect((await raw.readResponse()).body).to.equal(framed(`for ${i}`));
    }
  });

  for (const path of ['', '/', '//1/x', '//1/1x', '//1/-1', `//1/${'1'.repeat(16)}`]) {
    it(`refuses jsonp-polling${path}, which has no callback number`, async () => {
      const { io, port } = await serve();
      const codes: string[] = [];
      io.on('refused', ({ code }) => codes.push(code));
      for (const method of ['GET', 'POST']) {
        const { status } = await request(port, `/socket.io/jsonp-polling${path}`, { method });
        expect(status).to.equal(400);
      }
      expect(codes).to.deep.equal(['ERR_SIO_NO_INDEX', 'ERR_SIO_NO_INDEX']);
      expect(io.clients).to.deep.equal({});
    });
  }

  it('accepts a slash and a query after the callback number', async () => {
    const { port } = await serve();
    const { body } = await request(port, '/socket.io/jsonp-polling//1/42/?x=/7');
    expect(body).to.match(/^io\.JSONP\[42\]\._\("~m~38~m~\d{38}"\);$/);
  });
});
