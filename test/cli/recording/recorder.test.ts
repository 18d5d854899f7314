import { expect } from 'chai';
import { closeSync, fstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Socket } from '../../../client/node/index.js';
import { Recorder } from '../../../lib/cli/recording/recorder.js';
import { afterThisTest } from '../../support/cleanup.js';
import { serve } from '../../support/server.js';
import { until } from '../../support/wait.js';

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
  it('records the named events of a server of 0.9', async () => {
    const { io, port } = await serve();
    io.on('connection', (client) => void client.events.emit('news', 'hello', { n: 1 }));
    const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
    afterThisTest(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'a.jsonl');
    const recorder = new Recorder(path, false, () => undefined);
    const socket = new Socket(`http://127.0.0.1:${port}`, { protocol: '0.9', reconnect: false });
    afterThisTest(() => void socket.disconnect());
    recorder.observe(socket, true);
    socket.connect();
    await until(() => readFileSync(path, 'utf8').includes('news'), 'the event');
    recorder.close();
    expect(readFileSync(path, 'utf8')).to.include(
      '"type":"event","from":"server","name":"news","args":["hello",{"n":1}]}',
    );
  });

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
