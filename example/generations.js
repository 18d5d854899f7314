/*
 * Clients of three generations in one room: a page with the client of this package, for protocol
 * 0.6, a page with the official client of Socket.IO 0.9, and a page with the official client of
 * today. The code of the server is the same for all.
 *
 *   node example/generations.js     open http://localhost:8080/, http://localhost:8080/0.9 and
 *                                   http://localhost:8080/4 (set PORT for another port)
 */
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Server } = require('socket.io4'); // in an app: require('socket.io')
const io = require('../');
const { bridge } = require('../build/lib/bridge'); // in an app: require('socket.io-node/bridge')

const STYLE = fs.readFileSync(path.join(__dirname, 'style.css'));
// in an app: require.resolve('socket.io-client/dist/socket.io.js') of version 0.9.17
const OFFICIAL = fs.readFileSync(require.resolve('socket.io-client-0.9.17/dist/socket.io.js'));
const LONGEST_TEXT = 2000;

/** A chat, written as pages were in 2011, so that it runs in all browsers of the clients. */
const page = (protocol, script) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Socket.IO ${protocol}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/style.css" />
  </head>
  <body>
    <header class="sheet">
      <div class="inner">
        <h1>Socket.IO ${protocol}</h1>
        <div id="state" class="quiet" role="status">connecting</div>
        <a href="/">0.6</a>
        <a href="/0.9">0.9</a>
        <a href="/4">4</a>
      </div>
    </header>
    <div role="log" aria-label="Messages"><div id="lines" class="inner"></div></div>
    <form id="form" class="sheet">
      <div class="inner">
        <input
          id="text"
          type="text"
          autocomplete="off"
          maxlength="2000"
          placeholder="Write a message"
          aria-label="Message"
        />
        <button type="submit" class="primary">Send</button>
      </div>
    </form>

    <script src="${script}"></script>
    <script>
      var socket = '${protocol}' === '0.6' ? new io.Socket() : io.connect();

      function byId(id) {
        return document.getElementById(id);
      }

      function show(id, text) {
        byId(id).innerHTML = '';
        byId(id).appendChild(document.createTextNode(text));
      }

      function addLine(text) {
        var line = document.createElement('p');
        line.appendChild(document.createTextNode(text));
        byId('lines').appendChild(line);
        line.scrollIntoView(false);
      }

      socket.on('connect', function () {
        show('state', 'connected');
      });
      socket.on('disconnect', function () {
        show('state', 'disconnected');
      });
      socket.on('message', function (message) {
        if (message.name) show('state', 'connected as ' + message.name);
        else addLine(message.announcement || message.from + ': ' + message.text);
      });
      if ('${protocol}' === '0.6') socket.connect();

      byId('form').onsubmit = function () {
        var text = byId('text').value;
        if (text !== '') socket.send(text);
        byId('text').value = '';
        return false;
      };
    </script>
  </body>
</html>
`;

const FILES = new Map([
  ['/', ['text/html', page('0.6', '/socket.io/socket.io.js')]],
  ['/0.9', ['text/html', page('0.9', '/socket.io-0.9.js')]],
  ['/4', ['text/html', page('4', '/socket.io/socket.io.min.js')]],
  ['/socket.io-0.9.js', ['text/javascript', OFFICIAL]],
  ['/style.css', ['text/css', STYLE]]
]);

const server = http.createServer((req, res) => {
  const [type, body] = FILES.get(req.url.split('?')[0]) ?? [];
  if (body === undefined) {
    res.writeHead(404).end();
    return;
  }
  res.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
});

const listener = io.listen(server);
bridge(listener, new Server(server));
let guests = 0;

listener.on('connection', (client) => {
  const name = `guest ${++guests} (${client.protocol})`;
  client.join('chat');
  client.send({ name });
  client.to('chat').send({ announcement: `${name} connected` });

  client.on('message', (text) => {
    if (typeof text !== 'string') return; // untrusted input
    listener.to('chat').send({ from: name, text: text.slice(0, LONGEST_TEXT) });
  });
  client.on('disconnect', () => {
    listener.to('chat').send({ announcement: `${name} disconnected` });
  });
});

server.listen(process.env.PORT || 8080, () => {
  const { port } = server.address();
  const urls = ['/', '/0.9', '/4'].map((path) => `http://localhost:${port}${path}`);
  console.log(`Listening at ${urls.join(', ')}`);
});
