import { expect } from 'chai';
import { isSafeHeaderValue } from '../../lib/util/header.js';

describe('isSafeHeaderValue', () => {
  for (const value of ['', 'http://example.com', ' tab\tand blank ', '~', '\x80\xff']) {
    it(`accepts ${JSON.stringify(value)}`, () => {
      expect(isSafeHeaderValue(value)).to.equal(true);
    });
  }

  for (const value of ['a\r\nb', '\n', '\r', '\0', '\x1f', '\x7f', 'Ā', '\u2028', '😀']) {
    it(`rejects ${JSON.stringify(value)}`, () => {
      expect(isSafeHeaderValue(value)).to.equal(false);
    });
  }
});
