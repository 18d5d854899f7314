import { expect } from 'chai';
import * as fc from 'fast-check';
import { encode } from '../../../lib/protocol/frames.js';
import { decodePacket } from '../../../lib/protocol/v1/index.js';
import { NamedEvent } from '../../../lib/events/event-channel.js';
import { toPackets, translatePayload } from '../../../lib/session/v1/packets.js';

describe('toPackets', () => {
  it('sends text and values by the rules of client.send of 0.6', () => {
    for (const [message, packets] of [
      ['text', ['3:::text']],
      ['', ['3::']],
      [null, ['3::']],
      [undefined, ['3::']],
      [1, ['3:::1']],
      [true, ['3:::true']],
      [{ a: [1] }, ['4:::{"a":[1]}']],
      [
        ['a', { b: 1 }],
        ['3:::a', '4:::{"b":1}'],
      ],
      [[], []],
      [new NamedEvent('news', [1, null]), ['5:::{"name":"news","args":[1,null]}']],
      [new NamedEvent('bare', []), ['5:::{"name":"bare"}']],
    ] as const) {
      expect(toPackets(message)).to.deep.equal(packets);
    }
  });
});

describe('translatePayload', () => {
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('~j~', '~j~"x"', '~h~1', '~m~1~m~x', '\ufffd3\ufffd'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.dictionary(fc.string(), fc.jsonValue()),
  );

  it('gives clients of 0.9 what client.send gives them', () => {
    const messages = fc.oneof(values, fc.array(values, { maxLength: 5 }));
    fc.assert(
      fc.property(messages, (message) => {
        expect(translatePayload(encode(message), false)).to.deep.equal(toPackets(message));
      }),
    );
  });

  it('makes a packet of type 5 of a named event, whatever its name is', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.jsonValue(), { maxLength: 3 }), (name, args) => {
        const event = new NamedEvent(name, args);
        const [packet = ''] = translatePayload(encode(event), true);
        expect(packet).to.equal(toPackets(event)[0]);
        expect(decodePacket(packet)).to.deep.include({ type: 'event', name });
      }),
    );
  });

  it('keeps an object that looks like an event a message', () => {
    const payload = encode({ name: 'news', args: [1] });
    expect(translatePayload(payload, false)).to.deep.equal(['4:::{"name":"news","args":[1]}']);
  });
});
