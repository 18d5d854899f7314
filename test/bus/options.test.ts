import { expect } from 'chai';
import { Client, Pool } from 'pg';
import { adapterBus, natsBus, postgresBus } from '../../lib/bus/index.js';
import type { NatsConnection } from '../../lib/bus/nats-bus.js';

describe('the options of buses', () => {
  const connection = {} as NatsConnection;

  it('reject a channel that is not a subject of NATS', () => {
    for (const channel of ['', 'a b', 'a.*', 'a.>', '.a', 'a.']) {
      expect(() => natsBus(connection, { channel }), channel).to.throw(
        TypeError,
        'Expected `channel` to be a subject without wildcards',
      );
    }
    expect(() => natsBus(connection, { channel: 'chat.eu' })).not.to.throw();
  });

  it('reject a channel that PostgreSQL would truncate', () => {
    const pool = new Pool();
    for (const channel of ['', 'x'.repeat(64), 'ü'.repeat(32)]) {
      expect(() => postgresBus(pool, { channel }), channel).to.throw(
        RangeError,
        'Expected `channel` to have from 1 to 63 bytes',
      );
    }
    expect(() => postgresBus(pool, { channel: 'x'.repeat(63) })).not.to.throw();
  });

  it('reject a Client of pg, and a server without `serverSideEmit`', () => {
    expect(() => postgresBus(new Client() as object as Pool)).to.throw(
      TypeError,
      'Expected a Pool of `pg`: a Client does not reconnect',
    );
    expect(() => adapterBus({} as never)).to.throw(
      TypeError,
      'Expected a Server of `socket.io` 4.1 or later',
    );
  });
});
