import { expect } from 'chai';
import { assert, array, constantFrom, property, string } from 'fast-check';
import { decode } from '../../../lib/protocol/frames.js';
import { type FakeTransport, fakeSocket, fakeTransports, install } from './fakes.js';

/** The limits of the server by default. */
const MAX_MESSAGES = 10_000;
const MAX_PAYLOAD = 10 * 1024 * 1024;

function transport(): FakeTransport {
  install();
  fakeTransports('first');
  return fakeSocket().socket.transport as FakeTransport;
}

/** Takes payloads until no messages are left. */
function payloadsOf(messages: unknown[]): string[] {
  const { ...all } = { transport: transport(), payloads: [] as string[] };
  while (messages.length > 0) all.payloads.push(all.transport._takePayload(messages));
  return all.payloads;
}

describe('client Transport#_takePayload()', () => {
  it('splits many messages by the limits of the server, without losing or reordering any', () => {
    for (const message of ['', 'x', '日'.repeat(1000), { a: '"'.repeat(100) }]) {
      const sent = Array.from({ length: 30_001 }, () => message);
      const payloads = payloadsOf(sent.slice());
      expect(payloads.length).to.be.within(3, 1000);
      let count = 0;
      for (const payload of payloads) {
        const texts = decode(payload);
        expect(texts.length).to.be.at.most(MAX_MESSAGES);
        expect(encodeURIComponent(payload).length).to.be.below(MAX_PAYLOAD);
        count += texts.length;
      }
      expect(count).to.equal(sent.length);
    }
  });

  it('keeps the order of messages of any length', () => {
    const lengths = constantFrom(1, 10, 60_000, 80_000, 200_000);
    assert(
      property(array(lengths, { maxLength: 8 }), (sizes) => {
        const texts = sizes.map((size, i) => `${i}`.padEnd(size, 'x'));
        expect(payloadsOf(texts.slice()).flatMap((payload) => decode(payload))).to.deep.equal(
          texts,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('sends a single long message in one payload', () => {
    const text = 'x'.repeat(1_000_000);
    expect(payloadsOf(['a', text, 'b']).map((payload) => decode(payload).length)).to.deep.equal([
      1, 1, 1,
    ]);
  });
});

describe('client Transport#decode()', () => {
  it('returns the same as decode of the protocol for every payload', () => {
    const parts = constantFrom('~', 'm', '~m~', '0', '1', '12', '~h~', 'é', '\n', '\ud800', 'x');
    const one = transport();
    assert(
      property(array(parts, { maxLength: 60 }), (pieces) => {
        const payload = pieces.join('');
        expect(one.decode(payload)).to.deep.equal(decode(payload));
      }),
      { numRuns: 2000 },
    );
    assert(
      property(array(string({ unit: 'binary' })), (texts) => {
        const payload = texts.map((text) => `~m~${text.length}~m~${text}`).join('');
        expect(one.decode(payload)).to.deep.equal(texts);
      }),
    );
  });
});
