/*
 * Step 4: all pages have moved. The Listener and the bridge are removed, and the official server is alone.
 *
 *   node example/migration/4-official.js     open http://localhost:8080/new
 */
const http = require('http');
const { Server } = require('socket.io4'); // in an app: require('socket.io')
const { serve, start } = require('./pages');

const pages = { '/new': 'named' };
const server = http.createServer(serve(pages));
const official = new Server(server);

const say = (text) => official.send({ from: 'guest', text: String(text) });

official.on('connection', (socket) => {
  socket.on('say', (text, acknowledge) => {
    say(text);
    if (typeof acknowledge === 'function') acknowledge('delivered');
  });
});

start(server, pages);
