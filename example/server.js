/*
 * The chat of 2011, in the style of its time; only the path of the require is new.
 *
 *   node example/server.js          http://localhost:8080/ (PORT for another port)
 */
var http = require('http'),
  io = require('../'),
  pages = require('./pages');

var server = http.createServer(pages);

var listener = io.listen(server),
  buffer = [];

listener.on('connection', function (client) {
  client.send({ buffer: buffer });
  client.broadcast({ announcement: client.sessionId + ' connected' });

  client.on('message', function (message) {
    var msg = { message: [client.sessionId, message] };
    buffer.push(msg);
    if (buffer.length > 15) buffer.shift();
    client.broadcast(msg);
  });

  client.on('disconnect', function () {
    client.broadcast({ announcement: client.sessionId + ' disconnected' });
  });
});

// The transport doctor (doctor.html) has sessions of its own, which are sent back what they send.
io.listen(server, { resource: 'echo', log: false }).on('connection', function (client) {
  client.on('message', function (message) {
    client.send(message);
  });
});

server.listen(process.env.PORT || 8080, function () {
  console.log('Chat at http://localhost:' + server.address().port + '/');
});

module.exports = server; // for `npx socket.io-node serve`
