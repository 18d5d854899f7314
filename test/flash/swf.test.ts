import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

describe('WebSocketMain.swf', () => {
  const swf = readFileSync(join(__dirname, '../../../client/flash/WebSocketMain.swf'));

  it('is a compressed file for Flash 10, as pages of 2011 require', () => {
    expect(swf.subarray(0, 3).toString()).to.equal('CWS');
    expect(swf[3]).to.equal(10);
    expect(inflateSync(swf.subarray(8)).length + 8).to.equal(swf.readUInt32LE(4));
  });

  it('is at most 16 KB', () => {
    expect(swf.length).to.be.at.most(16 * 1024);
  });
});
