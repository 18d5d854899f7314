/*
 * Step 2: a bridge. New pages use the official client; the handlers are those of step 1.
 *
 *   node example/migration/2-bridge.js     open http://localhost:8080/ and http://localhost:8080/new
 */
const http = require('http');
const { Server } = require('socket.io4'); // in an app: require('socket.io')
const io = require('../../'); // in an app: require('socket.io-node')
const { bridge } = require('../../build/lib/bridge'); // in an app: require('socket.io-node/bridge')
const { serve, start } = require('./pages');

const pages = { '/': 'old', '/new': 'moved' };
const server = http.createServer(serve(pages));
const listener = io.listen(server);
bridge(listener, new Server(server));

listener.on('connection', (client) => {
  client.on('message', (text) => {
    listener.broadcast({ from: 'guest', text: String(text) });
  });
});

start(server, pages);
