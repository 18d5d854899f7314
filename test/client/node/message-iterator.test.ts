import { expect } from 'chai';
import { MessageIterator } from '../../../client/node/message-iterator.js';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Expected a rejection');
}

function never(): void {
  throw new Error('Unexpected call of onReturn');
}

describe('MessageIterator', () => {
  it('returns queued and later messages in order', async () => {
    const messages = new MessageIterator(0, never);
    messages.push('a');
    messages.push(undefined);
    expect(await messages.next()).to.deep.equal({ done: false, value: 'a' });
    expect(await messages.next()).to.deep.equal({ done: false, value: undefined });
    const [one, two] = [messages.next(), messages.next()];
    messages.push('b');
    messages.push('c');
    expect([await one, await two]).to.deep.equal([
      { done: false, value: 'b' },
      { done: false, value: 'c' },
    ]);
  });

  it('rejects messages beyond its limit until one is read', async () => {
    const messages = new MessageIterator(2, never);
    expect([messages.push(1), messages.push(2), messages.push(3)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    await messages.next();
    expect(messages.push(4)).to.equal(true);
    expect(messages.push(5)).to.equal(false);
  });

  it('ends after the queued messages', async () => {
    const messages = new MessageIterator(0, never);
    messages.push('last');
    messages.end();
    messages.fail(new Error('too late'));
    expect((await messages.next()).value).to.equal('last');
    expect(await messages.next()).to.deep.equal({ done: true, value: undefined });
    expect(await messages.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('throws once, after the queued messages', async () => {
    const messages = new MessageIterator(0, never);
    const error = new Error('gone');
    messages.push('last');
    messages.fail(error);
    expect((await messages.next()).value).to.equal('last');
    expect(await rejection(messages.next())).to.equal(error);
    expect((await messages.next()).done).to.equal(true);
  });

  it('settles all pending reads when it ends or fails', async () => {
    const ended = new MessageIterator(0, never);
    const both = [ended.next(), ended.next()];
    ended.end();
    expect((await Promise.all(both)).map(({ done }) => done)).to.deep.equal([true, true]);

    const failed = new MessageIterator(0, never);
    const [one, two] = [failed.next(), failed.next()];
    failed.fail('why');
    expect(await rejection(one)).to.equal('why');
    expect((await two).done).to.equal(true);
  });

  it('calls onReturn and drops queued messages when its consumer leaves', async () => {
    let left = 0;
    const messages = new MessageIterator(0, () => left++);
    messages.push('a');
    messages.push('b');
    for await (const message of messages) {
      expect(message).to.equal('a');
      break;
    }
    expect(left).to.equal(1);
    expect((await messages.next()).done).to.equal(true);
  });
});
