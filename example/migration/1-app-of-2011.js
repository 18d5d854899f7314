/*
 * Step 1 of the way to Socket.IO 4: the app of 2011, on this package.
 *
 *   node example/migration/1-app-of-2011.js     open http://localhost:8080/
 */
const http = require('http');
const io = require('../../'); // in an app: require('socket.io-node')
const { serve, start } = require('./pages');

const pages = { '/': 'old' };
const server = http.createServer(serve(pages));
const listener = io.listen(server);

listener.on('connection', (client) => {
  client.on('message', (text) => {
    listener.broadcast({ from: 'guest', text: String(text) });
  });
});

start(server, pages);
