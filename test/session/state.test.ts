import { expect } from 'chai';
import { checkEdge, State } from '../../lib/session/state.js';

describe('a session', () => {
  const allowed = new Set([
    'new → open',
    'new → gone',
    'open → open',
    'open → away',
    'open → gone',
    'away → open',
    'away → gone',
  ]);
  for (const from of Object.values(State)) {
    for (const to of Object.values(State)) {
      const can = allowed.has(`${from} → ${to}`);
      it(`${can ? 'may' : 'may not'} go from ${from} to ${to}`, () => {
        if (can) checkEdge(from, to);
        else expect(() => checkEdge(from, to)).to.throw(`from ${from} to ${to}`);
      });
    }
  }
});
