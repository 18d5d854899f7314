/*
 * The same chat over https: wss:// and polling, on one port.
 *
 *   node example/server-ssl.js      https://localhost:8443/ (set PORT for another port)
 *
 * The certificate is generated at the start, and browsers warn about it. Replace it by your own.
 */
var https = require('https'),
  io = require('../'),
  chat = require('./chat'),
  pages = require('./pages'),
  selfSigned = require('./self-signed');

var server = https.createServer(selfSigned(), pages);

chat(io.listen(server));

// for the transport doctor
io.listen(server, { resource: 'echo', log: false }).on('connection', function (client) {
  client.on('message', function (message) {
    client.send(message);
  });
});

server.listen(process.env.PORT || 8443, function () {
  console.log('Chat at https://localhost:' + server.address().port + '/');
});
