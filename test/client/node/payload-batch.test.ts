import { expect } from 'chai';
import {
  append,
  encodeBatch,
  type PayloadBatch,
  reduceLimits,
} from '../../../client/node/payload-batch.js';

function split(
  messages: readonly unknown[],
  limits: { messages: number; bytes: number },
): string[] {
  const payloads: string[] = [];
  for (let at = 0; at < messages.length;) {
    const batch: PayloadBatch = encodeBatch(
      messages,
      at,
      limits,
      (message) => `<${String(message)}>`,
      (frames) => Buffer.byteLength(frames),
    );
    payloads.push(batch.payload);
    expect(batch.bytes).to.equal(Buffer.byteLength(batch.payload));
    at += batch.count;
  }
  return payloads;
}

describe('encodeBatch()', () => {
  it('encodes all messages into one payload if they fit', () => {
    const limits = { messages: 3, bytes: 9 };
    expect(split(['a', 'b', 'c'], limits)).to.deep.equal(['<a><b><c>']);
  });

  it('splits by the number of messages', () => {
    const limits = { messages: 2, bytes: Infinity };
    expect(split(['a', 'b', 'c'], limits)).to.deep.equal(['<a><b>', '<c>']);
  });

  it('splits by bytes', () => {
    const limits = { messages: Infinity, bytes: 8 };
    expect(split(['a', 'é', 'c', 'dd'], limits)).to.deep.equal(['<a><é>', '<c><dd>']);
  });

  it('sends a message that is too long alone', () => {
    const limits = { messages: Infinity, bytes: 8 };
    expect(split(['a', 'too long', 'b'], limits)).to.deep.equal(['<a>', '<too long>', '<b>']);
  });

  it('encodes each message at most twice', () => {
    let calls = 0;
    const messages = Array.from({ length: 1000 }, () => 'x'.repeat(10));
    for (let at = 0; at < messages.length;) {
      const limits = { messages: Infinity, bytes: 100 };
      const encode = (message: unknown): string => (calls++, String(message));
      at += encodeBatch(messages, at, limits, encode, (frames) => frames.length).count;
    }
    expect(calls).to.be.at.most(2000);
  });
});

describe('reduceLimits()', () => {
  it('halves a refused payload, down to one message', () => {
    const limits = { messages: Infinity, bytes: Infinity };
    reduceLimits(limits, { payload: '', count: 5, bytes: 100 });
    expect(limits).to.deep.equal({ messages: 3, bytes: 50 });
    reduceLimits(limits, { payload: '', count: 1, bytes: 1 });
    expect(limits).to.deep.equal({ messages: 1, bytes: 1 });
  });
});

describe('append()', () => {
  it('adds a message, or each message of an array, in place', () => {
    const list: unknown[] = [];
    append(list, 'a');
    append(list, ['b', ['c']]);
    expect(list).to.deep.equal(['a', 'b', ['c']]);
  });
});
