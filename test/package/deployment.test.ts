import { expect } from 'chai';
import { SETUPS } from '../proxies/configurations.js';
import { VARIANTS } from '../support/drivers/index.js';
import { readDoc, rowsBelow } from './docs.js';

/** The variants of each column of the table, and those of no column. */
const COLUMNS = [/hixie/, /xhr-multipart/] as const;

describe('the table of proxies in docs/deployment.md', () => {
  const rows = rowsBelow(readDoc('docs/deployment.md'), 'Other proxies');

  it('lists every proxy that npm run proxies tests', () => {
    expect(rows.map(([name]) => name)).to.deep.equal(SETUPS.map(({ name }) => name));
  });

  for (const { name, unsupported } of SETUPS) {
    const works = (variant: string): boolean => !unsupported.some(([one]) => one.test(variant));

    it(`has the transports that work through ${name}`, () => {
      const cells = COLUMNS.map((column) =>
        VARIANTS.filter((one) => column.test(one.name)).every((one) => works(one.name))
          ? 'yes'
          : 'no',
      );
      expect(rows.find(([first]) => first === name)?.slice(2)).to.deep.equal(cells);
      const others = VARIANTS.filter((one) => !COLUMNS.some((column) => column.test(one.name)));
      expect(others.map((one) => one.name).filter((one) => !works(one))).to.deep.equal([]);
    });
  }
});
