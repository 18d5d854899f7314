import { expect } from 'chai';
import { closestName } from '../../lib/util/closest-name.js';

const NAMES = [
  'origins',
  'log',
  'heartbeatInterval',
  'transportOptions',
  'transports',
  'websocket',
];

describe('closestName()', () => {
  for (const [name, closest] of [
    ['origin', 'origins'],
    ['Origins', 'origins'],
    ['heartbeatIntervall', 'heartbeatInterval'],
    ['hartbeatinterval', 'heartbeatInterval'],
    ['transport', 'transports'],
    ['websockt', 'websocket'],
    ['logs', 'log'],
    ['lag', 'log'],
    ['timeout', undefined],
    ['', undefined],
    ['x', undefined],
    ['o'.repeat(1e6), undefined],
  ] as const) {
    it(`returns ${closest} for '${name.slice(0, 20)}'`, () => {
      expect(closestName(name, NAMES)).to.equal(closest);
    });
  }
});
