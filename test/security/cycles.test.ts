import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';
import { VARIANTS } from '../support/drivers/index.js';
import { cycles, listenersOf, ring, whatIsLeft } from '../soak/cycles.js';

describe('opening and closing connections', () => {
  for (const variant of VARIANTS) {
    it(`socket.io#1177: leaves no session, timer, listener or connection behind: ${variant.name}`, async () => {
      const given = await ring();
      afterThisTest(() => given.server.close());
      const before = listenersOf(given);
      await cycles(given, variant, 40);
      expect(await whatIsLeft(given, before)).to.deep.equal({
        sessions: 0,
        timers: 0,
        handshakes: 0,
        listeners: 0,
        connections: 0,
      });
    });
  }
});
