import { expect } from 'chai';
import {
  choice,
  flag,
  numberOption,
  parseCommand,
  textOption,
  UsageError,
  usageOf,
} from './command-line.js';

const COMMAND = {
  name: 'npm run sample --',
  summary: 'Does something.',
  options: {
    minutes: numberOption(1, 'how long it runs'),
    transport: choice(['websocket', 'htmlfile'], 'one transport only', undefined),
    replay: textOption('JSON', 'repeats one', undefined),
    attacks: flag('with attacks'),
  },
};

function parse(...args: string[]): unknown {
  return parseCommand(COMMAND, args)?.values;
}

describe('the options of a command', () => {
  it('have their defaults, and the values that are given', () => {
    const initial = { minutes: 1, transport: undefined, replay: undefined, attacks: false };
    expect(parse()).to.deep.equal(initial);
    expect(parse('--minutes', '0.5', '--transport=htmlfile', '--attacks')).to.deep.equal({
      ...initial,
      minutes: 0.5,
      transport: 'htmlfile',
      attacks: true,
    });
  });

  it('are described by --help', () => {
    expect(parseCommand(COMMAND, ['--minutes', '2', '--help'])).to.equal(null);
    expect(usageOf(COMMAND)).to.equal(`Usage: npm run sample -- [OPTIONS]

Does something.

  --minutes N       how long it runs (1)
  --transport NAME  one transport only: websocket, htmlfile
  --replay JSON     repeats one
  --attacks         with attacks
  --help            prints this`);
  });

  for (const [args, message] of [
    [['--minuts', '2'], 'Unknown option `--minuts`: did you mean `--minutes`?'],
    [['--toString'], 'Unknown option `--toString`'],
    [['minutes'], 'Unexpected argument `minutes`: did you mean `--minutes`?'],
    [['--minutes'], 'Expected `--minutes` to have a value, got nothing'],
    [['--minutes', 'two'], 'Expected `--minutes` to have a number, got two'],
    [['--minutes='], 'Expected `--minutes` to have a number, got nothing'],
    [['--attacks=1'], 'Expected `--attacks` to have no value, got 1'],
    [['--transport', 'x'], 'Expected `--transport` to have one of websocket, htmlfile, got x'],
  ] as const) {
    it(`reject ${args.join(' ')}`, () => {
      expect(() => parse(...args)).to.throw(UsageError, message);
    });
  }

  it('accept words without a name only where a command has them', () => {
    expect(parseCommand({ ...COMMAND, words: '[WORD...]' }, ['a', 'b'])?.words).to.deep.equal([
      'a',
      'b',
    ]);
  });
});
