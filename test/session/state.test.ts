import { expect } from 'chai';
import { assertTransition, State } from '../../lib/session/state.js';

describe('a session', () => {
  const allowed = new Set([
    'new → open',
    'new → closed',
    'open → open',
    'open → detached',
    'open → closed',
    'detached → open',
    'detached → closing',
    'closing → closed',
    'detached → closed',
  ]);
  for (const from of Object.values(State)) {
    for (const to of Object.values(State)) {
      const can = allowed.has(`${from} → ${to}`);
      it(`${can ? 'may' : 'may not'} change from ${from} to ${to}`, () => {
        if (can) assertTransition(from, to, true);
        else expect(() => assertTransition(from, to, true)).to.throw(`from ${from} to ${to}`);
      });
    }
  }

  for (const to of [State.DETACHED, State.CLOSING]) {
    it(`may not be ${to} without a timer`, () => {
      const from = to === State.DETACHED ? State.OPEN : State.DETACHED;
      expect(() => assertTransition(from, to, false)).to.throw(`${to} without a timer`);
    });
  }
});
