// A server of Socket.IO 0.9, the original: node server09.js FOLDER OPTIONS, with FOLDER/node_modules/socket.io.
// Reports what happens to the parent process, as arrays, and does what it gets: [NAME, ARGUMENTS…].
const crypto = require('crypto');
const http = require('http');
const path = require('path');

// Text was hashed as bytes in 2012; draft 76 computes its answer with it.
const createHash = crypto.createHash;
crypto.createHash = (algorithm) => {
  const hash = createHash(algorithm);
  const update = hash.update;
  hash.update = (data, encoding) => update.call(hash, data, encoding || 'binary');
  return hash;
};

const sio = require(path.join(process.argv[2], 'node_modules', 'socket.io'));
const { port = 0, ...options } = JSON.parse(process.argv[3]);

const server = http.createServer((request, response) => response.end());
// Since Node 12 this method of a connection of a server throws.
server.on('upgrade', (request, socket) => delete socket.setEncoding);
const io = sio.listen(server, { 'log level': 0, ...options });
const report = (...event) => process.send(event);
const sockets = {};

io.set('authorization', (handshake, done) => {
  report('handshake', handshake.query);
  done(null, handshake.query.token !== 'wrong');
});

function serve(name, socket) {
  sockets[name] = socket;
  report('connection', name, socket.id);
  socket.on('disconnect', () => report('disconnect', name));
  socket.on('message', (message, answer) => {
    report('message', name, message);
    if (answer) answer('received', message);
  });
  socket.on('add', (a, b, answer) => answer(a + b));
  socket.on('note', (...args) => report('note', name, ...args));
}

io.sockets.on('connection', (socket) => serve('', socket));
io.of('/chat').on('connection', (socket) => serve('/chat', socket));
io.of('/closed').authorization((handshake, done) => done(null, false));

const actions = {
  send: (name, message) => sockets[name].send(message),
  json: (name, value) => sockets[name].json.send(value),
  emit: (name, ...args) => sockets[name].emit(...args),
  ask: (name, ...args) => sockets[name].emit(...args, (answer) => report('answer', answer)),
  receipt: (name, ...args) => sockets[name].emit(...args, () => report('receipt')),
  disconnect: (name) => sockets[name].disconnect(),
  // The connection breaks, without a word.
  reset: () => {
    io.transports[sockets[''].id].socket.once('close', () => report('reset')).destroy();
  }
};
process.on('message', ([action, ...args]) => actions[action](...args));
process.on('disconnect', () => process.exit());

server.listen(port, '127.0.0.1', () => report('listening', server.address().port));
