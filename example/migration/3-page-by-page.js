/*
 * Step 3: the new pages use what Socket.IO 4 has. Their handlers move to the official server, and reach the pages of
 * 2011 through the Listener.
 *
 *   node example/migration/3-page-by-page.js     open http://localhost:8080/ and http://localhost:8080/new
 */
const http = require('http');
const { Server } = require('socket.io4'); // in an app: require('socket.io')
const io = require('../../'); // in an app: require('socket.io-node')
const { bridge } = require('../../build/lib/bridge'); // in an app: require('socket.io-node/bridge')
const { serve, start } = require('./pages');

const pages = { '/': 'old', '/new': 'named' };
const server = http.createServer(serve(pages));
const listener = io.listen(server);
const official = new Server(server);
bridge(listener, official);

// reaches the pages of both
const say = (text) => listener.broadcast({ from: 'guest', text: String(text) });

official.on('connection', (socket) => {
  socket.on('say', (text, acknowledge) => {
    say(text);
    if (typeof acknowledge === 'function') acknowledge('delivered');
  });
});

// the pages that have not moved yet
listener.on('connection', (client) => {
  client.on('message', say);
});

start(server, pages);
