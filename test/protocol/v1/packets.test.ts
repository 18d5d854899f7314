import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodePacket, encodePacket, type Packet } from '../../../lib/protocol/v1/index.js';

const root = { endpoint: '' } as const;
const chat = { endpoint: '/chat' } as const;

/** Packets and their one text. */
const BOTH_WAYS: readonly (readonly [string, Packet])[] = [
  ['0::', { type: 'disconnect', ...root }],
  ['0::/chat', { type: 'disconnect', ...chat }],
  ['1::', { type: 'connect', ...root }],
  ['1::/chat', { type: 'connect', ...chat }],
  ['1::/chat:?a=b', { type: 'connect', ...chat, query: '?a=b' }],
  ['2::', { type: 'heartbeat' }],
  ['3::', { type: 'message', ...root, data: '' }],
  ['3:::hello', { type: 'message', ...root, data: 'hello' }],
  ['3:::a:b+\nc', { type: 'message', ...root, data: 'a:b+\nc' }],
  ['3::::', { type: 'message', ...root, data: ':' }],
  ['3::/chat:a:b', { type: 'message', ...chat, data: 'a:b' }],
  ['3:1::x', { type: 'message', ...root, data: 'x', id: '1', wantsData: false }],
  ['3:007+:/chat:x', { type: 'message', ...chat, data: 'x', id: '007', wantsData: true }],
  ['4:::{"a":[1,"b",null]}', { type: 'json', ...root, data: { a: [1, 'b', null] } }],
  ['4:::null', { type: 'json', ...root, data: null }],
  ['4:0+::false', { type: 'json', ...root, data: false, id: '0', wantsData: true }],
  ['5:::{"name":"bare"}', { type: 'event', ...root, name: 'bare', args: [] }],
  ['5::/chat:{"name":"é","args":[1,{}]}', { type: 'event', ...chat, name: 'é', args: [1, {}] }],
  [
    '5:7+::{"name":"ask","args":[1]}',
    { type: 'event', ...root, name: 'ask', args: [1], id: '7', wantsData: true },
  ],
  ['6:::1', { type: 'ack', ...root, ackId: '1', args: [] }],
  ['6::/chat:7+["a",{"b":2}]', { type: 'ack', ...chat, ackId: '7', args: ['a', { b: 2 }] }],
  ['7:::1+0', { type: 'error', ...root, reason: 'client not handshaken', advice: 'reconnect' }],
  ['7::/chat:2', { type: 'error', ...chat, reason: 'unauthorized' }],
  ['7:::', { type: 'error', ...root }],
  ['7:::+0', { type: 'error', ...root, advice: 'reconnect' }],
  ['8::', { type: 'noop' }],
];

/** Texts with the same meaning as another one. */
const LENIENT: readonly (readonly [string, string])[] = [
  ['3:::', '3::'],
  ['2:::', '2::'],
  ['8:::x', '8::'],
  ['3:+::x', '3:::x'],
  ['0:::', '0::'],
  ['1::/chat?a=b', '1::/chat:?a=b'],
  ['5:::{"args":null,"x":1,"name":"a"}', '5:::{"name":"a"}'],
  ['5:::{"name":"a","args":"text"}', '5:::{"name":"a","args":["text"]}'],
  ['5:::{"name":"a","args":{"x":1}}', '5:::{"name":"a","args":[{"x":1}]}'],
  ['4:::{\n"a":\n1}', '4:::{"a":1}'],
  ['6:::1["x"]', '6:::1+["x"]'],
  ['6:::1+', '6:::1'],
  ['6:::1+5', '6:::1'],
  ['6:::1+"text"', '6:::1'],
  ['6:::1+[bad', '6:::1'],
  ['7::', '7:::'],
  ['7:::9+9', '7:::'],
  ['7:::toString+1', '7:::'],
];

const NOT_A_PACKET: readonly string[] = [
  '',
  '3',
  '3:',
  '3:1',
  '3:1+',
  '3:+',
  'hello',
  ':::x',
  '9:::x',
  '-1:::x',
  '42:::x',
  '03:::x',
  ' 3:::x',
  '3 :::x',
  '+3:::x',
  '/:::x',
  'toString:::x',
  '3:x::y',
  '3:1x::y',
  '3:1++::y',
  '3:-1::y',
  '4:::',
  '4:::{bad',
  '5::',
  '5:::null',
  '5:::1',
  '5:::"name"',
  '5:::[]',
  '5:::{}',
  '5:::{"name":1}',
  '5:::{"__proto__":{"name":"a"}}',
  '6:::',
  '6:::x',
  '6:::+[1]',
];

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('decodePacket', () => {
  for (const [text, packet] of BOTH_WAYS) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(decodePacket(text)).to.deep.equal(packet);
    });
  }

  for (const [text, canonical] of LENIENT) {
    it(`reads ${JSON.stringify(text)} as ${canonical}`, () => {
      expect(decodePacket(text)).to.deep.equal(decodePacket(canonical)).and.not.equal(null);
    });
  }

  it('returns null for a text that is not a packet', () => {
    expect(NOT_A_PACKET.filter((text) => decodePacket(text) !== null)).to.deep.equal([]);
  });

  it('takes ids of 64 digits, and none that is longer', () => {
    const id = '1'.repeat(64);
    expect(decodePacket(`3:${id}::x`)).to.include({ id });
    expect(decodePacket(`6:::${id}`)).to.include({ ackId: id });
    expect(decodePacket(`3:${id}1::x`)).to.equal(null);
    expect(decodePacket(`6:::${id}1`)).to.equal(null);
  });

  it('takes endpoints of 1024 code units, and none that is longer', () => {
    const endpoint = '/'.repeat(1024);
    expect(decodePacket(`1::${endpoint}`)).to.include({ endpoint });
    expect(decodePacket(`1::${endpoint}/`)).to.equal(null);
    expect(decodePacket(`3::${endpoint}/:x`)).to.equal(null);
  });

  it('takes JSON of 500 levels, and none that nests deeper', () => {
    expect(decodePacket(`4:::${nested(500)}${' '.repeat(1000)}`)).to.have.property('type', 'json');
    expect(decodePacket(`4:::${nested(501)}`)).to.equal(null);
    expect(decodePacket(`5:::{"name":"a","args":${nested(500)}}`)).to.equal(null);
    expect(decodePacket(`6:::1+${nested(501)}`)).to.have.deep.property('args', []);
  });

  it('treats names of members of Object.prototype as ordinary names', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '__defineGetter__']) {
      expect(decodePacket(`5:::{"name":"${name}"}`)).to.include({ name });
      expect(decodePacket(`3::${name}:x`)).to.include({ endpoint: name });
    }
    const packet = decodePacket('4:::{"__proto__":{"isAdmin":true}}') as { data: object };
    expect(Object.getPrototypeOf(packet.data)).to.equal(Object.prototype);
    expect('isAdmin' in packet.data).to.equal(false);
  });

  it('is linear in the length of the text', () => {
    const size = 4_000_000;
    const worst = [
      '3:' + '1'.repeat(size),
      '3::' + ':'.repeat(size),
      '3::' + 'x'.repeat(size),
      '6:::' + '1'.repeat(size),
      '7:::' + '+'.repeat(size),
      '5:::' + '['.repeat(size),
      '5:::"' + '\\'.repeat(size),
      '1::' + '?'.repeat(size),
    ];
    const begin = performance.now();
    for (const text of worst) decodePacket(text);
    // linear takes some 50 ms, quadratic takes hours
    expect(performance.now() - begin).to.be.below(4000);
  });
});

describe('encodePacket', () => {
  for (const [text, packet] of BOTH_WAYS) {
    if (text === '7:::') continue;
    it(`writes ${JSON.stringify(text)}`, () => {
      expect(encodePacket(packet)).to.equal(text);
    });
  }

  it('writes null for a value that has no JSON', () => {
    expect(encodePacket({ type: 'json', endpoint: '', data: undefined })).to.equal('4:::null');
    expect(encodePacket({ type: 'json', endpoint: '', data: () => 1 })).to.equal('4:::null');
    const args = [undefined, Number.NaN];
    expect(encodePacket({ type: 'ack', endpoint: '', ackId: '1', args })).to.equal(
      '6:::1+[null,null]',
    );
  });

  it('rejects an endpoint with a colon, and an id that is not 1 to 64 digits', () => {
    expect(() => encodePacket({ type: 'connect', endpoint: 'a:b' })).to.throw(
      RangeError,
      'Expected an endpoint without colons, got "a:b"',
    );
    for (const id of ['', '1+', '-1', 'x', '1'.repeat(65)]) {
      expect(() => encodePacket({ type: 'message', endpoint: '', data: '', id })).to.throw(
        RangeError,
        'Expected an id of 1 to 64 digits',
      );
      expect(() => encodePacket({ type: 'ack', endpoint: '', ackId: id, args: [] })).to.throw(
        RangeError,
      );
    }
  });

  it('throws a TypeError for a circular value', () => {
    const data: { self?: unknown } = {};
    data.self = data;
    expect(() => encodePacket({ type: 'json', endpoint: '', data })).to.throw(TypeError);
  });
});

describe('encodePacket and decodePacket', () => {
  const text = fc.string({ unit: 'binary' });
  const endpoint = fc.oneof(
    fc.constant(''),
    text.filter((t) => !/[:?]/.test(t)),
  );
  // -0 has no JSON
  const value = fc.jsonValue().map((v) => JSON.parse(JSON.stringify(v)) as unknown);
  const id = fc.string({
    unit: fc.constantFrom(...'0123456789'.split('')),
    minLength: 1,
    maxLength: 64,
  });
  const wanted = fc.oneof(fc.constant({}), fc.record({ id, wantsData: fc.boolean() }));
  const args = fc.array(value);

  const packet: fc.Arbitrary<Packet> = fc.oneof(
    fc.record({ type: fc.constantFrom('disconnect', 'connect'), endpoint }) as fc.Arbitrary<Packet>,
    fc
      .tuple(fc.record({ type: fc.constant('message' as const), endpoint, data: text }), wanted)
      .map(([fields, ack]) => ({ ...fields, ...ack })),
    fc
      .tuple(fc.record({ type: fc.constant('json' as const), endpoint, data: value }), wanted)
      .map(([fields, ack]) => ({ ...fields, ...ack })),
    fc
      .tuple(fc.record({ type: fc.constant('event' as const), endpoint, name: text, args }), wanted)
      .map(([fields, ack]) => ({ ...fields, ...ack })),
    fc.record({ type: fc.constant('ack' as const), endpoint, ackId: id, args }),
  );

  it('return any packet unchanged', () => {
    fc.assert(
      fc.property(packet, (given) => {
        expect(decodePacket(encodePacket(given))).to.deep.equal(given);
      }),
    );
  });

  it('agree on any text that is a packet, and never throw', () => {
    const name = '{"name":"a"}';
    const piece = fc.oneof(
      fc.constantFrom('0', '1', '3', '4', '5', '6', '7', ':', ':', '+', '?', '/chat', 'x', '\n'),
      fc.constantFrom('[', ']', name, '{"name":"a","args":[1]}', '"', '{', '}', '\ud800'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const found = decodePacket(pieces.join(''));
        if (found === null) return;
        const again = decodePacket(encodePacket(found));
        expect(again).to.deep.equal(found);
      }),
      { numRuns: 3000 },
    );
  });
});
