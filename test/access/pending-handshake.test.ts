import { expect } from 'chai';
import type { AuthorizeCallback } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { expectAlive, expectNothingLeft } from '../support/checks.js';
import { HANDSHAKE, HIXIE_76, KEY3 } from '../support/frames.js';
import { RawSocket, requestBytes } from '../support/raw.js';
import { openPolling } from '../support/requests.js';
import { serve, type Served } from '../support/server.js';
import { flushEventLoop, until } from '../support/wait.js';

/** A server whose `authorize` accepts when the test calls `accept`. */
async function serveLate(): Promise<
  Served & { callbacks: AuthorizeCallback[]; accept: () => void; opened: () => number }
> {
  const callbacks: AuthorizeCallback[] = [];
  const served = await serve({
    authorize: (_request, callback) => {
      callbacks.push(callback);
    },
  });
  let opened = 0;
  served.io.on('connection', () => opened++);
  return {
    ...served,
    callbacks,
    accept: () => callbacks.splice(0).forEach((callback) => callback(null, true)),
    opened: () => opened,
  };
}

const POLL = requestBytes('/socket.io/xhr-polling//1');
const UPGRADES = { 'RFC 6455': HANDSHAKE, 'draft 76': HIXIE_76 };

describe('handshakes that end while `authorize` decides', () => {
  it('opens no session for pipelined requests whose connection is reset', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    afterThisTest(() => process.off('warning', onWarning));
    const served = await serveLate();
    const raw = await RawSocket.connect(served.port);
    raw.write(Buffer.concat(Array.from({ length: 20 }, () => POLL)));
    await until(() => served.callbacks.length > 0, 'the handshakes');
    await flushEventLoop();
    expect(served.io._limiter.handshakes).to.equal(20);
    raw.reset();
    await until(() => served.io._limiter.handshakes === 0, 'the handshakes to end');
    served.accept();
    await flushEventLoop();
    expect(served.opened()).to.equal(0);
    expect(warnings).to.deep.equal([]);
    await expectNothingLeft(served);
  });

  for (const [name, bytes] of [
    ['xhr-polling', POLL],
    ...Object.entries(UPGRADES).map(
      ([kind, headers]) => [kind, requestBytes('/socket.io/websocket', { headers })] as const,
    ),
  ] as const) {
    for (const ending of ['end', 'reset'] as const) {
      it(`opens no session after the ${ending} of its connection: ${name}`, async () => {
        const served = await serveLate();
        const raw = await RawSocket.connect(served.port);
        raw.socket.allowHalfOpen = true;
        raw.write(bytes);
        await until(() => served.callbacks.length === 1, 'the handshake');
        raw[ending]();
        await until(() => served.io._limiter.handshakes === 0, 'the handshake to end');
        served.accept();
        await flushEventLoop();
        expect(served.opened()).to.equal(0);
        await expectNothingLeft(served);
        raw.destroy();
      });
    }
  }

  it('opens no session after listener.close(), by a verdict or a third key', async () => {
    const served = await serveLate();
    const raw = await RawSocket.connect(served.port);
    raw.write(requestBytes('/socket.io/websocket', { headers: HANDSHAKE }));
    await until(() => served.callbacks.length === 1, 'the handshake');
    void served.io.close();
    served.accept();
    expect((await raw.readHead()).status).to.equal(503);
    const late = await serve();
    let opened = 0;
    late.io.on('connection', () => opened++);
    const hixie = await RawSocket.connect(late.port);
    hixie.write(requestBytes('/socket.io/websocket', { headers: HIXIE_76 }));
    await hixie.readHead();
    void late.io.close();
    hixie.write(Buffer.from(KEY3));
    await hixie.bytes.readRest();
    expect([served.opened(), opened]).to.deep.equal([0, 0]);
  });
});

describe('resets', () => {
  it('are survived by an upgrade on a connection that the application has ended', async () => {
    const served = await serve();
    const id = await openPolling(served.port);
    const raw = await RawSocket.connect(served.port);
    raw.socket.allowHalfOpen = true;
    raw.write(requestBytes(`/socket.io/xhr-polling/${id}/2`));
    await until(() => served.io.clients[id]?._open === true, 'the poll');
    served.io.clients[id]?.connection.end();
    await raw.bytes.readRest();
    for (const path of ['/anything', '/socket.io/xhr-polling', '/socket.io/websocket']) {
      raw.write(requestBytes(path, { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } }));
    }
    await flushEventLoop();
    raw.reset();
    await flushEventLoop();
    await expectAlive(served);
  });

  it('are survived at every step of a handshake and of a refusal', async () => {
    const served = await serve({
      origins: 'example.com:*',
      authorize: () => Promise.resolve(true),
    });
    const page = { Origin: 'http://example.com' };
    const all = [
      requestBytes('/socket.io/websocket', { headers: { ...HANDSHAKE, ...page } }),
      Buffer.concat([
        requestBytes('/socket.io/websocket', { headers: { ...HIXIE_76, ...page } }),
        Buffer.from(KEY3),
      ]),
      requestBytes('/socket.io/websocket', { headers: HANDSHAKE }),
      requestBytes('/nowhere', { headers: HANDSHAKE }),
      requestBytes('/nowhere', { headers: { Connection: 'Upgrade', Upgrade: 'h2c' } }),
      requestBytes('/socket.io/?EIO=4&transport=websocket', { headers: HANDSHAKE }),
      requestBytes('/socket.io/htmlfile'),
      requestBytes('/socket.io/jsonp-polling/'),
      requestBytes('/socket.io/xhr-polling/42/send', { method: 'POST', body: 'data=x' }),
    ];
    for (const bytes of all) {
      for (let turns = 0; turns < 4; turns++) {
        // oxlint-disable eslint/no-await-in-loop -- one after the other
        const raw = await RawSocket.connect(served.port);
        raw.write(bytes);
        await flushEventLoop(turns);
        raw.reset();
        // oxlint-enable eslint/no-await-in-loop
      }
    }
    await flushEventLoop();
    await expectNothingLeft(served);
  });
});
