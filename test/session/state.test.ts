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
    'detached → closed',
  ]);
  for (const from of Object.values(State)) {
    for (const to of Object.values(State)) {
      const can = allowed.has(`${from} → ${to}`);
      it(`${can ? 'may' : 'may not'} go from ${from} to ${to}`, () => {
        if (can) assertTransition(from, to);
        else expect(() => assertTransition(from, to)).to.throw(`from ${from} to ${to}`);
      });
    }
  }
});
