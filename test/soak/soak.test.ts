import { expect } from 'chai';
import { BUILT_IN } from '../../lib/transports/index.js';
import { soakDelivery } from './delivery/run.js';
import { jitter } from './jitter/run.js';
import { isWhole, soakRolling } from './rolling/run.js';
import { isClean, soak } from './run.js';

describe('soak', function () {
  this.timeout(45_000);

  it('loses, repeats and reorders only messages of a connection that is cut', async () => {
    const outcome = await soak({ clients: 66, minutes: 0.1, seed: 1, pace: 1, hasAttacks: true });
    expect(outcome).to.deep.include({ lost: 0, duplicatedOrReordered: 0, oddities: {} });
    expect(outcome.receivedDown).to.be.above(100);
    expect(outcome.faults).not.to.deep.equal({});
    expect(Object.keys(outcome.attacks)).to.have.length(4);
    expect(isClean(outcome), JSON.stringify(outcome)).to.equal(true);
  });

  it('loses, doubles and reorders nothing with delivery, over every transport', async function () {
    this.timeout(90_000);
    const outcome = await soakDelivery({ clients: 32, minutes: 0.1, seed: 1, pace: 0.5 });
    expect(outcome).to.deep.include({ lost: 0, doubled: 0, reordered: 0 });
    expect(outcome.received).to.be.above(100);
    expect(outcome.faults).not.to.deep.equal({});
    const transports = [...BUILT_IN.keys(), 'hixie-76'];
    expect(outcome.transports).to.have.all.keys(...transports);
    expect(Object.keys(outcome.transports)).to.have.length(transports.length);
  });

  it('loses, doubles and reorders nothing with delivery while networks are offline', async function () {
    this.timeout(150_000);
    const options = { clients: 10, minutes: 0.1, seed: 1, pace: 1 };
    const { delivery } = await jitter(options, ['delivery']);
    const whole = { broadcasts: 100, directs: 100, up: 100 };
    const none = { lostSilently: 0, doubled: 0, reordered: 0, named: 0 };
    expect(delivery).to.deep.include({ ...whole, ...none });
    expect(delivery?.cuts).to.be.above(0);
  });

  it('loses and doubles nothing while all workers of a cluster are replaced', async function () {
    this.timeout(150_000);
    const options = { clients: 12, restarts: 1, processes: 2, stay: 1, over: 500, pace: 0.2 };
    const outcome = await soakRolling(options);
    const none = { lost: 0, doubled: 0, reordered: 0 };
    expect(outcome.delivery).to.deep.include({ clients: 12, named: 0, ...none });
    expect(outcome.staying).to.deep.include({ clients: 3, ...none });
    expect(outcome.delivery.moves).to.be.above(0);
    expect(outcome.delivery.messages).to.be.above(12);
    expect(isWhole(outcome), JSON.stringify(outcome)).to.equal(true);
  });
});
