import { expect } from 'chai';
import { logNothing, logToStdout, printable, shortId } from '../../lib/util/log.js';

/** What `act` writes to standard output. */
function output(act: () => void): string {
  const own = Object.getOwnPropertyDescriptor(process.stdout, 'write');
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  try {
    act();
  } finally {
    if (own) Object.defineProperty(process.stdout, 'write', own);
    else Reflect.deleteProperty(process.stdout, 'write');
  }
  return text;
}

describe('the log', () => {
  it('has the format of util.log in 2011', () => {
    const line = output(() => logToStdout('socket.io ready'));
    expect(line).to.match(
      /^\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d:\d\d:\d\d - socket\.io ready\n$/,
    );
  });

  it('can be disabled', () => {
    expect(output(logNothing)).to.equal('');
  });

  it('contains at most six characters of a session id', () => {
    expect(shortId('12345678901234567890')).to.equal('123456…');
  });
});

describe('printable', () => {
  it('replaces control characters and line separators', () => {
    expect(printable('a\r\nb\u2028c\u202ed')).to.equal('a??b?c?d');
  });

  it('shortens text to 100 characters', () => {
    expect(printable('x'.repeat(100))).to.equal('x'.repeat(100));
    expect(printable('x'.repeat(101))).to.equal(`${'x'.repeat(100)}…`);
  });
});
