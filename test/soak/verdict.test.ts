import { expect } from 'chai';
import { XhrPollingDriver } from '../support/drivers/index.js';
import { SessionRecord } from './session-record.js';
import { Tally, type Account } from './protocol.js';
import { Sums, judge, lostDown, lostUp } from './verdict.js';

const CUT = new Set([1, 2]);
const LIVING = 3;

function tallyOf(...numbers: number[]): Tally {
  const tally = new Tally();
  for (const number of numbers) tally.take(number);
  return tally;
}

/** Numbers 1 to 4 left on connection 1, which was cut; 5 to 8 on one that lives. */
const ACCOUNT: Account = {
  sessionId: '1',
  sent: 8,
  written: tallyOf(1, 2, 3, 4, 5, 6, 7, 8).count,
  legs: [
    { from: 1, link: 1 },
    { from: 5, link: LIVING },
  ],
  received: tallyOf(1, 2, 3, 4, 5, 6).count,
  reason: null,
};

type Sentence = ReturnType<typeof lostDown>;

function down(
  numbers: number[],
  account: Partial<Account> = {},
  hungUpAt: number[] = [],
): Sentence {
  const record = { tally: tallyOf(...numbers), hungUpAt: new Set(hungUpAt) };
  return lostDown({ ...ACCOUNT, ...account }, record, CUT);
}

function up(
  isSocket: boolean,
  received: number[],
  unknown: number[] = [],
  isOver = true,
): Sentence {
  const legs = [
    { from: 1, isOver: true },
    { from: 4, isOver },
  ];
  const record = { isSocket, sent: 6, unknown: new Set(unknown), legs };
  return lostUp({ ...ACCOUNT, received: tallyOf(...received).count }, record);
}

describe('judge', () => {
  it('accepts the loss of the last data of a cut connection', () => {
    expect(down([1, 2, 5, 6, 7, 8])).to.deep.equal({ lost: [], excused: 2 });
  });

  it('accepts no loss before its last data, since TCP loses only the end', () => {
    expect(down([1, 3, 5, 6, 7, 8])).to.deep.equal({ lost: [2], excused: 1 });
  });

  it('accepts no loss of a connection that was not cut, or of queued messages', () => {
    expect(down([1, 2, 3, 4, 5, 6]).lost).to.deep.equal([7, 8]);
    expect(down([1, 2, 3, 4, 6, 7, 8]).lost).to.deep.equal([5]);
    const waiting = { sent: 10 };
    expect(down([1, 2, 3, 4, 5, 6, 7, 8], waiting).lost).to.deep.equal([9, 10]);
  });

  it('accepts the loss of messages queued at the end of the session, or sent to a client that closed', () => {
    const ended = { sent: 10, reason: 'transport close' };
    expect(down([1, 2, 3, 4, 5, 6, 7, 8], ended)).to.deep.equal({ lost: [], excused: 2 });
    expect(down([1, 2, 3, 4, 5], {}, [5])).to.deep.equal({ lost: [], excused: 3 });
  });

  it('accepts the loss of the last data that a socket sent on a connection that has ended', () => {
    expect(up(true, [1, 2, 4, 5])).to.deep.equal({ lost: [], excused: 2 });
    expect(up(true, [1, 3, 4, 5, 6]).lost).to.deep.equal([2]);
    expect(up(true, [1, 2, 3, 4, 5], [], false).lost).to.deep.equal([6]);
  });

  it('accepts the loss of POSTs without a response only', () => {
    expect(up(false, [1, 2, 4, 5, 6], [3])).to.deep.equal({ lost: [], excused: 1 });
    expect(up(false, [1, 2, 4, 5, 6]).lost).to.deep.equal([3]);
  });

  it('distinguishes a POST that was given up and overtaken from a repeated message', () => {
    for (const [numbers, figures] of [
      [[1, 3, 2], { overtaken: 1, duplicatedOrReordered: 0, lost: 0 }],
      [[1, 2, 3, 2], { overtaken: 0, duplicatedOrReordered: 1, lost: 0 }],
    ] as const) {
      const record = new SessionRecord('xhr-polling', new XhrPollingDriver(0));
      for (let number = 1; number <= ACCOUNT.sent; number++) record.tally.take(number);
      record.sent = 3;
      record.unknown.add(2);
      const sums = new Sums();
      judge(sums, { ...ACCOUNT, received: tallyOf(...numbers).count }, record, CUT);
      expect(sums).to.deep.include(figures);
    }
  });
});
