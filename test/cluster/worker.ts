/**
 * A worker of node:cluster with a Listener over `clusterBus`, driven by messages of the test: each
 * `{ call, args }` calls a function below, and is answered with what it returns.
 *
 * @module
 */
import { createServer } from 'node:http';
import { clusterBus } from '../../lib/bus/index.js';
import { listen } from '../../lib/index.js';

const server = createServer();
const io = listen(server, {
  bus: clusterBus(),
  busOptions: { heartbeatInterval: 100, timeout: 1500 },
  log: false,
  flashPolicyServer: false,
});
const events: string[] = [];
io.on('peerDisconnect', (_peer, reason) => events.push(reason));
io.on('connection', (client) => client.join('all'));

const calls: Readonly<Record<string, (...args: string[]) => unknown>> = {
  port: () =>
    new Promise((resolve) =>
      // A server of its own: node:cluster would share the port among the workers.
      server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
        const address = server.address();
        resolve(typeof address === 'object' ? address?.port : 0);
      }),
    ),
  peers: () => io.bus?.peers.size,
  events: () => events,
  count: () => io.to('all').count(),
  broadcast: (message) => void io.broadcast(message),
  close() {
    io.close();
    process.disconnect?.();
    server.closeAllConnections();
    server.close();
  },
};

process.on('message', (message: { id?: number; call?: string; args?: string[] }) => {
  const { id, call = '', args = [] } = message;
  if (id === undefined) return;
  void Promise.resolve(calls[call]?.(...args)).then((result) => process.send?.({ id, result }));
});
