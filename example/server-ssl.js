/*
 * The same over https: wss:// and polling, on one port.
 *
 *   node example/server-ssl.js      https://localhost:8443/ (PORT for another port)
 *
 * The certificate is made at the start; the browser warns of it. Put yours in its place.
 */
var https = require('https'),
  io = require('../'),
  pages = require('./pages'),
  selfSigned = require('./self-signed');

var server = https.createServer(selfSigned(), pages);

io.listen(server).on('connection', function (client) {
  client.broadcast({ announcement: client.sessionId + ' connected' });

  client.on('message', function (message) {
    client.broadcast({ message: [client.sessionId, message] });
  });

  client.on('disconnect', function () {
    client.broadcast({ announcement: client.sessionId + ' disconnected' });
  });
});

// for the transport doctor
io.listen(server, { resource: 'echo', log: false }).on('connection', function (client) {
  client.on('message', function (message) {
    client.send(message);
  });
});

server.listen(process.env.PORT || 8443, function () {
  console.log('Chat at https://localhost:' + server.address().port + '/');
});
