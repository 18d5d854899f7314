/*
 * The chat of 2011, in the style of its time; only the path of the require is new.
 *
 *   node example/server.js          http://localhost:8080/ (PORT and HOST: elsewhere)
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

server.on('error', function (err) {
  if (require.main !== module) return; // `npx socket.io-node serve` has words of its own
  if (err.code !== 'EADDRINUSE') console.error(err.message);
  else console.error('Port ' + err.port + ' is taken. Another one: PORT=8081 npm start');
  process.exit(1);
});

server.listen(process.env.PORT || 8080, process.env.HOST, function () {
  var url = 'http://localhost:' + server.address().port + '/';
  console.log('Chat at ' + url + ', transport doctor at ' + url + 'doctor.html');
});

module.exports = server; // for `npx socket.io-node serve`
