/*
 * The same over https: wss:// and polling, on one port.
 *
 *   node example/server-ssl.js      https://localhost:8443/ (PORT for another port)
 *
 * The certificate is made at the start; the browser warns of it. Put yours in its place.
 */
var https = require('https'),
  fs = require('fs'),
  path = require('path'),
  io = require('../'),
  selfSigned = require('./self-signed');

var server = https.createServer(selfSigned(), function (req, res) {
  fs.readFile(path.join(__dirname, 'chat.html'), function (err, data) {
    res.writeHead(err ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
    res.end(err ? '404' : data);
  });
});

io.listen(server).on('connection', function (client) {
  client.broadcast({ announcement: client.sessionId + ' connected' });

  client.on('message', function (message) {
    client.broadcast({ message: [client.sessionId, message] });
  });

  client.on('disconnect', function () {
    client.broadcast({ announcement: client.sessionId + ' disconnected' });
  });
});

server.listen(process.env.PORT || 8443, function () {
  console.log('Chat at https://localhost:' + server.address().port + '/');
});
