import { expect } from 'chai';
import { bridge } from '../../lib/bridge/index.js';
import { listen } from '../../lib/index.js';
import { createTestServer } from '../../lib/testing/index.js';
import { type ClientSocket, SERVERS } from '../bridge/official.js';
import { afterThisTest } from '../support/cleanup.js';
import { until } from '../support/wait.js';

type Connect = (url: string, options: object) => ClientSocket;

const { io: connect } = require('socket.io-client4') as { io: Connect };

for (const [version, Server] of SERVERS) {
  for (const transport of ['websocket', 'polling']) {
    describe(`a test server with a bridge to Socket.IO ${version}`, () => {
      it(`serves the official client over ${transport}, by its agent`, async () => {
        const t = createTestServer();
        afterThisTest(() => t.close());
        const io = listen(t.server);
        const official = new Server(t.server);
        afterThisTest(() => void official.close());
        bridge(io, official);
        io.on('clientMessage', (message, client) => client.broadcast(message));
        const old = await t.connect({ protocol: '0.9' });
        const socket = connect('http://example.com', { agent: t.agent, transports: [transport] });
        afterThisTest(() => void socket.disconnect());
        const messages: unknown[] = [];
        socket.on('message', (message: unknown) => messages.push(message));
        await until(() => Object.keys(io.clients).length === 2, 'both clients');

        socket.send('from 4');
        expect(await old.message()).to.equal('from 4');
        await old.send('from 0.9');
        await until(() => messages.length > 0, 'a message');
        expect(messages).to.deep.equal(['from 0.9']);
      });
    });
  }
}
