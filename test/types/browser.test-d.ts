/** Tests the types of the browser client; compiled by `npm run types`, never run. */
import * as io from 'socket.io-node/browser';

const socket = new io.Socket(null, { port: 8080, transports: ['websocket'] });
const here: io.Socket = new io.Socket();
// @ts-expect-error -- milliseconds are numbers
const wrong: io.SocketOptions = { connectTimeout: '5s' };
export { here, wrong };

socket.on('connect', () => socket.send({ n: 1 }));
socket.on('message', (message) => {
  // @ts-expect-error -- the type of a message is not known
  message.toUpperCase();
});
socket.on('reconnecting', (delay, attempts) => delay.toFixed() + attempts.toFixed());
socket.connect().send('hello').disconnect();
