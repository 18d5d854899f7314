import { expect } from 'chai';
import type { Socket } from 'node:net';
import { extraTime, LineProgress } from '../../lib/util/line-progress.js';

const TIMEOUT = 8000;

/** The parts of a socket that are measured. */
function fakeSocket(): {
  bytesRead: number;
  bytesWritten: number;
  writableLength: number;
  destroyed: boolean;
  _handle: { writeQueueSize: number };
} {
  return {
    bytesRead: 0,
    bytesWritten: 0,
    writableLength: 0,
    destroyed: false,
    _handle: { writeQueueSize: 0 },
  };
}

function setUp(unconfirmed = 0): {
  socket: ReturnType<typeof fakeSocket>;
  progress: () => LineProgress;
} {
  const socket = fakeSocket();
  return { socket, progress: () => new LineProgress(socket as unknown as Socket, unconfirmed) };
}

describe('LineProgress', () => {
  it('extends the timeout as long as bytes arrive', () => {
    const { socket, progress } = setUp();
    const line = progress();
    for (let i = 0; i < 3; i++) {
      socket.bytesRead++;
      expect(line.extension(TIMEOUT)).to.equal(TIMEOUT);
    }
    expect(line.extension(TIMEOUT)).to.equal(0);
  });

  it('extends the timeout as long as a backlog shrinks', () => {
    const { socket, progress } = setUp();
    socket.bytesWritten = socket.writableLength = 1_000_000;
    socket._handle.writeQueueSize = 900_000;
    const line = progress();
    socket._handle.writeQueueSize = 800_000;
    expect(line.extension(TIMEOUT)).to.equal(TIMEOUT);
    // all of it was taken, and more was written since
    socket.bytesWritten = 3_000_000;
    socket.writableLength = 2_000_000;
    socket._handle.writeQueueSize = 2_000_000;
    expect(line.extension(TIMEOUT)).to.equal(TIMEOUT);
    expect(line.extension(TIMEOUT)).to.equal(0);
  });

  it('does not count what the system takes without a backlog', () => {
    const { socket, progress } = setUp();
    const line = progress();
    socket.bytesWritten += 500;
    expect(line.extension(TIMEOUT)).to.equal(0);
    socket.bytesWritten += 500;
    expect(line.extension(TIMEOUT)).to.equal(0);
  });

  it('extends the timeout for what may be on its way, step by step', () => {
    const { progress } = setUp(10 * 16_384);
    const line = progress();
    expect(line.extension(TIMEOUT)).to.equal(TIMEOUT);
    expect(line.extension(TIMEOUT)).to.equal(2000);
    expect(line.extension(TIMEOUT)).to.equal(0);
  });

  it('extends the first timeout for a backlog, if it is measured only then', () => {
    const { socket } = setUp();
    socket._handle.writeQueueSize = 500;
    const late = new LineProgress(socket as unknown as Socket, 0, socket.bytesRead);
    expect(late.extension(TIMEOUT)).to.equal(TIMEOUT);
    expect(late.extension(TIMEOUT)).to.equal(0);
  });

  it('counts what has arrived since an earlier time', () => {
    const { socket } = setUp();
    socket.bytesRead = 7;
    const late = new LineProgress(socket as unknown as Socket, 0, 6);
    expect(late.extension(TIMEOUT)).to.equal(TIMEOUT);
    expect(late.extension(TIMEOUT)).to.equal(0);
  });

  it('does not count what has been discounted', () => {
    const { socket, progress } = setUp();
    const line = progress();
    socket.bytesRead = 7;
    line.discountRead();
    expect(line.extension(TIMEOUT)).to.equal(0);
  });

  it('does not extend anything for a socket that is destroyed', () => {
    const { socket, progress } = setUp(1_000_000);
    const line = progress();
    socket.bytesRead++;
    socket.destroyed = true;
    expect(line.extension(TIMEOUT)).to.equal(0);
  });
});

describe('extraTime', () => {
  it('is a second for 16 KiB, nothing for less, and a minute at most', () => {
    expect(extraTime(16_383)).to.equal(0);
    expect(extraTime(16_384)).to.equal(1000);
    expect(extraTime(1e9)).to.equal(60_000);
  });
});
