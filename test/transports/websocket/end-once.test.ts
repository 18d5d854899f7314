import { expect } from 'chai';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { WebsocketDriver } from '../../support/drivers/index.js';
import { serve } from '../../support/server.js';

describe('The receiver of a WebSocket', () => {
  // oxlint-disable-next-line typescript/unbound-method -- called with its stream
  const { end } = Writable.prototype;
  /** How often the receiver of each end of the connection has been ended. */
  const ends = new Map<Writable, number>();

  beforeEach(() => {
    ends.clear();
    Writable.prototype.end = function (this: Writable, ...args: unknown[]) {
      if (this.constructor.name === 'Receiver') ends.set(this, (ends.get(this) ?? 0) + 1);
      return Reflect.apply(end, this, args) as Writable;
    } as typeof end;
  });
  afterEach(() => {
    Writable.prototype.end = end;
  });

  it('ends once on the server, because each further end makes an error with a stack trace', async () => {
    const { port, client: find } = await serve();
    const driver = await new WebsocketDriver(port).open();
    const { connection } = await find(driver.sessionId);
    const closed = once(connection, 'close');
    await Promise.all([closed, driver.close()]);
    // The client of ws, which this test uses, still does it.
    expect(ends.size).to.equal(2);
    expect(Math.min(...ends.values())).to.equal(1);
    expect(Math.max(...ends.values())).to.be.greaterThan(1);
  });
});
