import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodePayload, encodePayload } from '../../../lib/protocol/v1/index.js';

describe('encodePayload', () => {
  it('does not frame a single packet', () => {
    expect(encodePayload(['3:::grüße'])).to.equal('3:::grüße');
  });

  it('frames several packets, counting UTF-16 code units', () => {
    expect(encodePayload(['3:::grüße', '3:::😀', '3::'])).to.equal('�9�3:::grüße�6�3:::😀�3�3::');
  });

  it('writes nothing for no packets', () => {
    expect(encodePayload([])).to.equal('');
  });
});

describe('decodePayload', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['3:::a', ['3:::a']],
    ['nonsense', ['nonsense']],
    ['3:::a�b', ['3:::a�b']],
    ['�5�3:::a', ['3:::a']],
    ['�05�3:::a', ['3:::a']],
    ['�5�3:::a�3�2::', ['3:::a', '2::']],
    ['�6�3:::�x', ['3:::�x'.slice(0, 6)]],
    ['�6�3:::��', ['3:::��']],
    ['�0��3�2::', ['', '2::']],
    ['�3�2::rest', ['2::']],
    ['�3�2::�', ['2::']],
    ['�3�2::�9', ['2::']],
    ['�3�2::�9�', ['2::']],
    ['�4�2::', []],
    ['�', []],
    ['��', []],
    ['��2::', []],
    ['�-1�2::', []],
    ['�1.0�2::', []],
    ['�99999999999999999999999�2::', []],
  ];
  for (const [payload, packets] of cases) {
    it(`takes ${JSON.stringify(packets)} from ${JSON.stringify(payload)}`, () => {
      expect(decodePayload(payload)).to.deep.equal(packets);
    });
  }

  it('stops at the limit', () => {
    const payload = encodePayload(['2::', '8::', '3::']);
    expect(decodePayload(payload, 0)).to.deep.equal([]);
    expect(decodePayload(payload, 2)).to.deep.equal(['2::', '8::']);
    expect(decodePayload(payload, 4)).to.deep.equal(['2::', '8::', '3::']);
    expect(decodePayload('2::', 0)).to.deep.equal([]);
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\ufffd', '0', '1', ':', '😀', '\ud800') }),
  );

  it('returns the texts that encodePayload was given', () => {
    const packet = text.map((rest) => `3:::${rest}`);
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        expect(decodePayload(encodePayload(packets))).to.deep.equal(packets);
      }),
    );
  });

  it('takes any text, keeps the limit, and never returns more than there is', () => {
    fc.assert(
      fc.property(text, fc.nat(5), (payload, limit) => {
        const packets = decodePayload(payload, limit);
        expect(packets.length).to.be.at.most(limit);
        expect(packets.join('').length).to.be.at.most(payload.length);
        const framed = decodePayload(`\ufffd${payload.length}\ufffd${payload}`);
        expect(framed).to.deep.equal([payload]);
      }),
    );
  });

  it('is linear in the length of the payload', () => {
    const size = 4_000_000;
    const worst = [
      '\ufffd' + '1'.repeat(size),
      '\ufffd' + '0'.repeat(size),
      '\ufffd0\ufffd'.repeat(size / 4),
      '\ufffd'.repeat(size),
      `\ufffd${size * 2}\ufffd` + '\ufffd3\ufffd2::'.repeat(size / 8),
    ];
    const begin = performance.now();
    for (const payload of worst) decodePayload(payload);
    // linear takes some 100 ms, quadratic takes hours
    expect(performance.now() - begin).to.be.below(4000);
  });
});
