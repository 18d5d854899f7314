/*
 * The chat of 2011, in the style of its time; only the path of the require is new.
 *
 *   node example/server.js          http://localhost:8080/ (PORT for another port)
 */
var http = require('http'),
  fs = require('fs'),
  path = require('path'),
  io = require('../'),
  pages = { '/': 'chat.html', '/chat.html': 'chat.html', '/doctor.html': 'doctor.html' };

var server = http.createServer(function (req, res) {
  var page = pages.hasOwnProperty(req.url.split('?')[0]) ? pages[req.url.split('?')[0]] : null;
  if (!page) {
    res.writeHead(404);
    res.end('404');
    return;
  }
  fs.readFile(path.join(__dirname, page), function (err, data) {
    res.writeHead(err ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
    res.end(err ? '404' : data);
  });
});

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
io.listen(server, { resource: 'doctor', log: false }).on('connection', function (client) {
  client.on('message', function (message) {
    client.send(message);
  });
});

server.listen(process.env.PORT || 8080, function () {
  console.log('Chat at http://localhost:' + server.address().port + '/');
});

module.exports = server; // for `npx socket.io-node serve`
