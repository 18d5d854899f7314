import { expect } from 'chai';
import { ManualClock } from '../../support/clock.js';
import { requestBytes } from '../../support/raw.js';
import { serve } from '../../support/server.js';
import { openSocket } from '../../support/tcp.js';
import { newSession } from '../../support/v1.js';
import { until } from '../../support/wait.js';

describe('a stream of protocol 1 that is pipelined behind another one', () => {
  it('leaves no timer after its connection has closed', async () => {
    const { io, server, port } = await serve({ clock: new ManualClock() });
    const sessionId = await newSession(port);
    let requests = 0;
    server.prependListener('request', () => requests++);
    const socket = await openSocket(port);
    const stream = requestBytes(`/socket.io/1/htmlfile/${sessionId}?t=1`);
    socket.write(Buffer.concat([stream, stream]));
    await until(() => requests === 2, 'both requests');
    await until(() => sessionId in io.clients, 'the session');
    socket.destroy();
    await until(() => !(sessionId in io.clients), 'the end of the session');
    expect(io._timers.size).to.equal(0);
  });
});
