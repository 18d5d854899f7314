import { expect } from 'chai';
import { EventStreamReader } from '../../../../client/node/http/event-stream.js';
import { countExamined } from '../work.js';

/** The data of the events in `pieces`. */
function read(pieces: readonly string[], maxLength = 0): string[] {
  const reader = new EventStreamReader(maxLength);
  return pieces.flatMap((piece) => reader.push(piece));
}

/** One event of 64 KiB, delivered in pieces of `size` code units. */
function cut(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}

describe('EventStreamReader', () => {
  for (const [what, stream, expected] of [
    ['LF', 'data: a\ndata: b\n\ndata: c\n\n', ['a\nb', 'c']],
    ['CR', 'data: a\rdata: b\r\rdata: c\r\r', ['a\nb', 'c']],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', ['a\nb', 'c']],
    ['mixed line ends', 'data: a\rdata: b\n\r\ndata: c\r\n\ndata: d\n\r', ['a\nb', 'c', 'd']],
    ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['a byte order mark within the data', 'data: \ufeffa\n\n', ['\ufeffa']],
    ['comments', ': hello\ndata: a\n:\n: between\ndata: b\n\n:\n\n', ['a\nb']],
    ['other fields', 'id: 7\nretry: 10\ndata: a\ndataX: b\nnonsense\n\n', ['a']],
    ['named events', 'event: other\ndata: a\n\nevent: message\ndata: b\n\ndata: c\n\n', ['b', 'c']],
    ['at most one leading space', 'data:a\ndata:  b\n\n', ['a\n b']],
    ['empty data', 'data\n\ndata:\ndata:\n\n\n\n', ['', '\n']],
    ['colons in the data', 'data: ~m~1~m~:\n\n', ['~m~1~m~:']],
    ['an unfinished event', 'data: a\n\ndata: b\n', ['a']],
  ] as const) {
    it(`reads ${what}, whole and cut anywhere`, () => {
      expect(read([stream])).to.deep.equal(expected);
      expect(read(stream.split(''))).to.deep.equal(expected);
      for (let at = 0; at <= stream.length; at++) {
        const pieces = [stream.slice(0, at), stream.slice(at)];
        expect(read(pieces), `cut at ${at}`).to.deep.equal(expected);
      }
    });
  }

  for (const [what, stream] of [
    ['a line', `data: ${'x'.repeat(95)}`],
    ['the data of an event', 'data: 123456789\n'.repeat(11)],
    ['a comment', `:${'x'.repeat(100)}`],
    ['a line in bytes', `data: ${'é'.repeat(48)}`],
  ] as const) {
    it(`overflows if ${what} is longer than maxLength`, () => {
      for (const size of [1, 7, stream.length]) {
        const reader = new EventStreamReader(100);
        const events = ['data: first\n\n', ...cut(stream, size)].flatMap((piece) =>
          reader.push(piece),
        );
        expect(events).to.deep.equal(['first']);
        expect(reader.hasOverflowed).to.equal(true);
      }
    });
  }

  it('does not overflow in a long stream of short events', () => {
    const reader = new EventStreamReader(100);
    for (let n = 0; n < 1000; n++) reader.push(': comment\ndata: abc\ndata: def\n\n');
    expect(reader.hasOverflowed).to.equal(false);
  });

  it('examines each code unit a fixed number of times, however the stream is cut', () => {
    for (const line of [
      `data: ${'x'.repeat(60)}\n`,
      'data: x\r\n',
      `data: ${'x'.repeat(65_000)}\n`,
    ]) {
      const stream = line.repeat(Math.ceil(65_536 / line.length)) + '\n';
      for (const size of [1, 16, 1024, stream.length]) {
        const pieces = cut(stream, size);
        const examined = countExamined(() => read(pieces));
        expect(examined / stream.length, `pieces of ${size}`).to.be.below(16);
      }
    }
  });
});
