import { expect } from 'chai';
import { DeliveryState, Resumption } from '../../../lib/session/delivery/delivery-state.js';

/** A state with messages that were sent, of which some are acknowledged. */
function stateWith({ sent = 0, acked = 0, attempt = 4, isPolling = false } = {}): DeliveryState {
  const state = new DeliveryState(77, attempt, isPolling);
  for (let i = 1; i <= sent; i++) state.push(`<${i}>`);
  state.acknowledge(acked);
  return state;
}

describe('DeliveryState', () => {
  it('frees what is acknowledged, once', () => {
    const state = stateWith({ sent: 5 });
    state.acknowledge(3);
    state.acknowledge(2);
    expect(state).to.include({ acked: 3, sent: 5, unacknowledged: 2 });
    state.acknowledge(5);
    expect(state).to.include({ acked: 5, sent: 5, unacknowledged: 0 });
  });

  it('releases the buffer only if it is empty', () => {
    const state = stateWith({ sent: 2, acked: 1 });
    state.releaseBuffer();
    expect(state.unacknowledged).to.equal(1);
    state.acknowledge(2);
    state.releaseBuffer();
    expect(state.buffer).to.equal(null);
    state.push('<3>');
    expect(state).to.include({ acked: 2, sent: 3, unacknowledged: 1 });
  });

  it('ignores counts of messages that were not sent', () => {
    const state = stateWith({ sent: 2 });
    state.acknowledge(3);
    state.acknowledge(NaN);
    expect(state).to.include({ acked: 0, unacknowledged: 2 });
  });

  describe('decides that a request for a connection', () => {
    it('begins a new attempt if its number is higher', () => {
      const state = stateWith();
      expect(state.resumption(5, 0, false)).to.equal(Resumption.BEGINS);
      expect(state.resumption(9, 0, true)).to.equal(Resumption.BEGINS);
    });

    it('continues the attempt only from poll to poll', () => {
      expect(stateWith({ isPolling: true }).resumption(4, 0, true)).to.equal(Resumption.CONTINUES);
      expect(stateWith({ isPolling: true }).resumption(4, 0, false)).to.equal(Resumption.STALE);
      expect(stateWith().resumption(4, 0, true)).to.equal(Resumption.STALE);
    });

    it('is stale if its number is lower', () => {
      expect(stateWith({ isPolling: true }).resumption(3, 0, true)).to.equal(Resumption.STALE);
    });

    it('is stale if messages that it needs are gone, or were never sent', () => {
      const state = stateWith({ sent: 5, acked: 3 });
      expect(state.resumption(5, 2, false)).to.equal(Resumption.STALE);
      expect(state.resumption(5, 3, false)).to.equal(Resumption.BEGINS);
      expect(state.resumption(5, 5, false)).to.equal(Resumption.BEGINS);
      expect(state.resumption(5, 6, false)).to.equal(Resumption.STALE);
    });
  });

  it('counts how much of a POST has been taken before', () => {
    const state = stateWith();
    state.received = 4;
    expect(state.repeated(3)).to.equal(2);
    expect(state.repeated(5)).to.equal(0);
    expect(state.repeated(6)).to.equal(-1);
  });

  it('writes the counts of both directions', () => {
    const state = stateWith({ sent: 5, acked: 2 });
    state.received = 9;
    expect(state.head()).to.equal('~m~7~m~~h~a9:2');
    expect(state.ackSent).to.equal(9);
    expect(state.ack()).to.equal('~m~5~m~~h~a9');
  });
});
