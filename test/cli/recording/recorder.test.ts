import { expect } from 'chai';
import { closeSync, fstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Recorder } from '../../../lib/cli/recording/recorder.js';
import { afterThisTest } from '../../support/cleanup.js';

/** The descriptor of an open file: all are small numbers. */
function descriptorOf(path: string): number {
  const { ino } = statSync(path);
  for (let fd = 3; fd < 10_000; fd++) {
    try {
      if (fstatSync(fd).ino === ino) return fd;
    } catch {
      // not open
    }
  }
  throw new Error(`${path} is not open`);
}

describe('Recorder', () => {
  it('reports once that the file cannot be written, and ends the recording', () => {
    const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
    afterThisTest(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'a.jsonl');
    const errors: string[] = [];
    const recorder = new Recorder(path, false, ({ message }) => errors.push(message));
    recorder.sent('one');
    closeSync(descriptorOf(path));
    recorder.sent('two');
    recorder.sent('three');
    recorder.close();
    expect(errors).to.deep.equal(['EBADF: bad file descriptor, write']);
    expect(readFileSync(path, 'utf8').match(/"data":"\w+"/g)).to.deep.equal(['"data":"one"']);
  });
});
