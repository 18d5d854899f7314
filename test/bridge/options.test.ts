import { expect } from 'chai';
import { createServer } from 'node:http';
import { bridge, type BridgeOptions } from '../../lib/bridge/index.js';
import { listen } from '../../lib/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { QUIET } from '../support/server.js';
import { serveBoth } from './fixture.js';
import { OfficialServer } from './official.js';

/** Options that are refused, and a part of the message. */
const WRONG: readonly (readonly [options: unknown, message: string])[] = [
  [{ namespace: 1 }, 'Expected `namespace` to be a name, got 1'],
  [{ events: 'chat' }, "Expected `events` to be an array of names, got 'chat'"],
  [{ events: ['chat', 1] }, 'Expected `events[1]` to be a name, got 1'],
  [{ events: ['disconnect'] }, "Expected `events[0]` not to be a reserved name, got 'disconnect'"],
  [{ client: '4' }, "Expected `client` to be '0.6' or 'official', got '4'"],
  [{ event: ['chat'] }, 'got `event`: did you mean `events`?'],
];

describe('bridge()', () => {
  for (const [options, message] of WRONG) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const io = listen(createServer(), QUIET);
      afterThisTest(() => io.close());
      expect(() => bridge(io, new OfficialServer(), options as BridgeOptions)).to.throw(message);
    });
  }

  it('refuses what is not an official server', () => {
    const io = listen(createServer(), QUIET);
    afterThisTest(() => io.close());
    for (const wrong of [undefined, null, {}, createServer()]) {
      expect(() => bridge(io, wrong as never)).to.throw(TypeError, 'Expected a `Server`');
    }
  });

  it('refuses a second bridge of a namespace, until the first is closed', async () => {
    const { io, official, bridge: first, connect } = await serveBoth();
    expect(() => bridge(io, official))
      .to.throw("The namespace '/' has a bridge already")
      .with.property('code', 'ERR_SIO_ALREADY_BRIDGED');
    first.close();
    first.close();
    const second = bridge(io, official);
    const [page] = await connect();
    expect([first.size, second.size]).to.deep.equal([0, 1]);
    io.broadcast('once');
    io.broadcast('end');
    expect(await page.take(2)).to.deep.equal(['once', 'end']);
  });

  it('may join several namespaces', async () => {
    const { io, official, connect } = await serveBoth();
    const other = bridge(io, official, { namespace: '/other' });
    await connect();
    expect(other.size).to.equal(0);
  });
});
