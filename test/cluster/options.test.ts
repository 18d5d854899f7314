import { expect } from 'chai';
import { BUS_DEFAULTS, resolveBusOptions } from '../../lib/cluster/bus.js';

const BUS = { publish: () => undefined, subscribe: () => undefined };

describe('resolveBusOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveBusOptions(BUS)).to.deep.equal(BUS_DEFAULTS);
    expect(resolveBusOptions(BUS, { timeout: 1, secret: 's' })).to.deep.equal({
      ...BUS_DEFAULTS,
      timeout: 1,
      secret: 's',
    });
  });

  const WRONG: readonly [name: string, bus: unknown, options: unknown, message: RegExp][] = [
    ['no bus', undefined, {}, /^Expected `bus` to be an object with `publish` and `subscribe`/],
    ['a bus without subscribe', { publish: BUS.publish }, {}, /^Expected `bus` to be/],
    ['options that are not an object', BUS, 'x', /^Expected `busOptions` to be an object/],
    ['options that are null', BUS, null, /^Expected `busOptions` to be an object/],
    ['an unknown option', BUS, { timout: 1 }, /^Expected `busOptions` to have only .*`timout`$/],
    ['a secret that is not text', BUS, { secret: 1 }, /^Expected `busOptions.secret` to be a str/],
    ['a time that is text', BUS, { timeout: '1' }, /^Expected `busOptions.timeout` to be a num/],
    ['a time of 0', BUS, { timeout: 0 }, /^Expected `busOptions.timeout` to be from 1 to/],
    ['a time over 31 bits', BUS, { repairTimeout: 2 ** 31 }, /to be from 1 to 2147483647, got/],
    ['a limit that is not a number', BUS, { maxBuffer: Number.NaN }, /to be from 1 to .* got NaN/],
    ['an address without a secret', BUS, { address: '10.0.0.7:1' }, /secret/],
    ['a wildcard as the address', BUS, { address: '0.0.0.0:1', secret: 's' }, /address/],
    ['an address that is malformed', BUS, { address: '[::1', secret: 's' }, /address/],
  ];
  for (const [name, bus, options, message] of WRONG) {
    it(`rejects ${name}`, () => {
      expect(() => resolveBusOptions(bus, options)).to.throw(message);
    });
  }
});
