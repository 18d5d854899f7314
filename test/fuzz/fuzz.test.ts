import { expect } from 'chai';
import { decode } from '../../lib/protocol/frames.js';
import { PLANTS } from '../model/plants.js';
import { afterThisTest } from '../support/cleanup.js';
import { fuzz } from './fuzz.js';
import { SERVER_TARGET } from './server-target.js';
import { TARGETS } from './targets.js';

const EXECUTIONS = 1000;
/** A target that opens connections takes longer. */
const SLOW_EXECUTIONS = 200;

describe('fuzzing', function () {
  // Each execution of a server opens connections.
  this.timeout(120_000);

  for (const target of TARGETS) {
    it(`finds no failure in ${target.name}`, async () => {
      const most = target.batch === undefined ? EXECUTIONS : SLOW_EXECUTIONS;
      const { failures } = await fuzz(target, 1, (executions) => executions >= most);
      expect(failures).to.deep.equal([]);
    });
  }

  it('finds a planted fault', async () => {
    const target = {
      name: 'a planted fault',
      seeds: ['~m~4~m~abcd'],
      run: (bytes: Buffer) => {
        for (const text of decode(bytes.toString())) {
          if (text.startsWith('~j~')) throw new Error('found');
        }
      },
    };
    const { failures } = await fuzz(target, 1, (executions) => executions >= 100_000);
    expect(failures.length).to.be.above(0);
  });

  it('finds a planted fault in the server', async () => {
    afterThisTest(PLANTS['handshake-not-released']?.insert() ?? (() => undefined));
    const { failures } = await fuzz(
      SERVER_TARGET,
      1,
      (executions, found) => found > 0 || executions >= 3000,
    );
    expect(failures.map(({ error }) => error).join('\n')).to.include(
      'Error: It does not hold that no handshake is pending',
    );
  });
});
