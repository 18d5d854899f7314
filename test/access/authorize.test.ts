import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import {
  callAuthorize,
  type Authorize,
  type AuthorizeCallback,
  type Decision,
} from '../../lib/access/authorize.js';
import { afterThisTest } from '../support/cleanup.js';

const REQUEST = { headers: {} } as unknown as IncomingMessage;
const ADMITTED: Decision = { isAdmitted: true };
const REFUSED: Decision = { isAdmitted: false, status: 403, message: 'Not authorized' };
const FAILED: Decision = { isAdmitted: false, status: 500, message: 'Authorization failed' };

interface Warning {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
}

/** Records the warnings of the process during a test. */
function recordWarnings(): Warning[] {
  const warnings: Warning[] = [];
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = ((message: string, options: object) => {
    warnings.push({ message, ...options });
  }) as typeof process.emitWarning;
  afterThisTest(() => {
    process.emitWarning = emitWarning;
  });
  return warnings;
}

/** The decisions that `authorize` leads to; more than one is a fault. */
async function decisionsOf(authorize: unknown): Promise<Decision[]> {
  const decisions: Decision[] = [];
  callAuthorize(authorize as Authorize, REQUEST, (decision) => decisions.push(decision));
  await new Promise(setImmediate);
  return decisions;
}

describe('callAuthorize', () => {
  const verdicts: readonly (readonly [unknown, Decision])[] = [
    [true, ADMITTED],
    [false, REFUSED],
    [null, REFUSED],
    [undefined, REFUSED],
    [1, REFUSED],
    ['yes', REFUSED],
    [{}, REFUSED],
    [{ status: 401 }, { ...REFUSED, status: 401 }],
    [
      { status: 599, message: 'Full' },
      { isAdmitted: false, status: 599, message: 'Full' },
    ],
    [{ status: 200 }, REFUSED],
    [{ status: 600 }, REFUSED],
    [{ status: 401.5 }, REFUSED],
    [{ status: '401', message: 7 }, REFUSED],
    [{ message: 'x'.repeat(5000) }, { ...REFUSED, message: 'x'.repeat(1024) }],
  ];
  for (const [verdict, decision] of verdicts) {
    const shown = JSON.stringify(verdict)?.slice(0, 40) ?? 'undefined';

    it(`reads the verdict ${shown}, returned, resolved or passed to the callback`, async () => {
      expect(await decisionsOf(() => verdict)).to.deep.equal([decision]);
      expect(await decisionsOf(() => Promise.resolve(verdict))).to.deep.equal([decision]);
      const decisions: Decision[] = [];
      await new Promise<void>((resolve) => {
        callAuthorize(
          (_request, callback) => {
            setImmediate(() => callback(null, verdict as boolean));
          },
          REQUEST,
          (each) => {
            decisions.push(each);
            resolve();
          },
        );
      });
      expect(decisions).to.deep.equal([decision]);
    });
  }

  it('refuses with 500 if a getter of the verdict throws', async () => {
    const warnings = recordWarnings();
    const verdict = {
      get status(): number {
        throw new Error('unreadable');
      },
    };
    expect(await decisionsOf(() => verdict)).to.deep.equal([FAILED]);
    expect(warnings[0]?.message).to.match(/unreadable/);
  });

  it('passes the request', async () => {
    expect(await decisionsOf((request: unknown) => request === REQUEST)).to.deep.equal([ADMITTED]);
  });

  it('accepts any thenable', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
    const thenable = { then: (resolve: (verdict: boolean) => void) => resolve(true) };
    expect(await decisionsOf(() => thenable)).to.deep.equal([ADMITTED]);
  });

  it('uses the first of several decisions', async () => {
    const decisions = await decisionsOf((_request: unknown, callback: AuthorizeCallback) => {
      callback(null, false);
      callback(null, true);
      return true;
    });
    expect(decisions).to.deep.equal([REFUSED]);
  });

  it('does not decide while a callback is pending', async () => {
    expect(await decisionsOf((_request: unknown, _callback: unknown) => undefined)).to.deep.equal(
      [],
    );
  });

  it('refuses with 500 for an error of the callback, without a warning', async () => {
    const warnings = recordWarnings();
    const decisions = await decisionsOf((_request: unknown, callback: AuthorizeCallback) => {
      callback(new Error('no database'), true);
    });
    expect(decisions).to.deep.equal([FAILED]);
    expect(warnings).to.deep.equal([]);
  });

  it('refuses with 500 and warns of what is thrown, with its code and stack', async () => {
    const warnings = recordWarnings();
    const error = Object.assign(new TypeError('no database'), { code: 'ENODB' });
    const failures = [
      () => {
        throw error;
      },
      () => Promise.reject(error),
    ];
    for (const failure of failures) expect(await decisionsOf(failure)).to.deep.equal([FAILED]);
    expect(warnings).to.have.length(2);
    for (const { message, code, detail } of warnings) {
      expect(message).to.equal('`authorize` failed: TypeError: no database (ENODB)');
      expect(code).to.equal('ERR_SIO_AUTHORIZE_FAILED');
      expect(detail).to.match(/^ {4}at /);
    }
  });

  const thrown: readonly (readonly [string, unknown, RegExp])[] = [
    ['undefined', undefined, /failed: undefined$/],
    ['text with line breaks', 'a\nb', /failed: [^\n]*a[^\n]*b[^\n]*$/],
    ['an object without a prototype', Object.create(null), /failed: \[Object: null prototype\]/],
    [
      'an object that throws when it is read',
      new Proxy(
        {},
        {
          get() {
            throw new Error('unreadable');
          },
        },
      ),
      /failed: a value that cannot be shown/,
    ],
  ];
  for (const [what, value, message] of thrown) {
    it(`warns of ${what} on one line`, async () => {
      const warnings = recordWarnings();
      const decisions = await decisionsOf(() => {
        throw value;
      });
      expect(decisions).to.deep.equal([FAILED]);
      expect(warnings[0]?.message).to.match(message);
      expect(warnings[0]?.detail).to.equal('');
    });
  }
});
