/** Tests the types of the bridge with those of socket.io; compiled by `npm run types`, never run. */
import { createServer } from 'node:http';
import { listen, type Client, type Listener } from 'socket.io-node';
import { bridge, BridgedClient, type Bridge, type OfficialSocket } from 'socket.io-node/bridge';
import { Server, type Socket } from 'socket.io4';

interface ToServer {
  chat: (text: string, answer: (n: number) => void) => void;
}
interface ToClient {
  news: (text: string) => void;
}

const server = createServer();
const listener: Listener = listen(server);
const bridged: Bridge = bridge(listener, new Server(server, { allowEIO3: true }));
bridged.size.toFixed();
bridged.close();

// servers with typed events, and unattached ones
bridge(listener, new Server<ToServer, ToClient>(), { namespace: '/old', events: ['chat'] });
bridge(listener, new Server<ToServer, ToClient, object, { user: string }>(server), {
  client: 'official',
});

// @ts-expect-error -- an HTTP server is not an official server
bridge(listener, server);
// @ts-expect-error -- the official server is required
bridge(listener);
// @ts-expect-error -- names are expected
bridge(listener, new Server(), { events: [1] });
// @ts-expect-error -- the name is `events`
bridge(listener, new Server(), { event: ['chat'] });
// @ts-expect-error -- the Listener is the first argument
bridge(new Server(), listener);

listener.on('connection', (client: Client) => {
  client.events.emit('news', 'hello');
  if (!(client instanceof BridgedClient)) return;
  const official: OfficialSocket = client.socket;
  official.emit('news', 'hello');
  official.conn.transport.name.toUpperCase();
  // with the types of the package
  const socket = client.socket as unknown as Socket<ToServer, ToClient>;
  socket.emit('news', 'hello');
  // @ts-expect-error -- a text is expected
  socket.emit('news', 1);
  // @ts-expect-error -- the official socket comes from the server
  client.socket.unknown();
});
