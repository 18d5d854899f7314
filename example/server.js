/*
 * The chat of 2011, in the style of its time.
 *
 *   node example/server.js          http://localhost:8080/ (set PORT and HOST for another address)
 */
var http = require('http'),
  io = require('../'),
  chat = require('./chat'),
  pages = require('./pages');

var server = http.createServer(pages);

// Flash players request a policy file on port 843; FLASH_POLICY=off leaves that port closed.
var flashPolicyServer = process.env.FLASH_POLICY !== 'off';

chat(io.listen(server, { flashPolicyServer: flashPolicyServer }));

// The transport doctor (doctor.html) has sessions of its own, which return what they receive.
io.listen(server, {
  resource: 'echo',
  log: false,
  flashPolicyServer: flashPolicyServer
}).on('connection', function (client) {
  client.on('message', function (message) {
    client.send(message);
  });
});

server.on('error', function (err) {
  if (require.main !== module) return; // `npx socket.io-node serve` reports it
  if (err.code !== 'EADDRINUSE') console.error(err.message);
  else console.error('Port ' + err.port + ' is in use. Try another one: PORT=8081 npm start');
  process.exit(1);
});

server.listen(process.env.PORT || 8080, process.env.HOST, function () {
  var url = 'http://localhost:' + server.address().port + '/';
  console.log('Chat at ' + url + ', transport doctor at ' + url + 'doctor.html');
});

module.exports = server; // for `npx socket.io-node serve`
