/*
 * An order desk that neither loses nor doubles an order, while a button on its page cuts the network.
 *
 *   node example/delivery.js        open http://localhost:8080/ (set PORT for another port)
 *
 * The page connects through a TCP proxy in this program. The button makes the proxy break all
 * connections, and refuse new ones for five seconds.
 */
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');
const io = require('../');

const STYLE = fs.readFileSync(path.join(__dirname, 'style.css'));
const OUTAGE_MS = 5000;

const page = (port) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Order desk</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/style.css" />
  </head>
  <body>
    <header class="sheet">
      <div class="inner">
        <h1>Order desk</h1>
        <div id="state" class="quiet" role="status">connecting</div>
      </div>
    </header>
    <main class="inner">
      <p>
        <button id="order" class="primary">Order</button>
        <button id="cut">Cut the network for 5 seconds</button>
      </p>
      <p>Ordered <b id="ordered">0</b>, not acknowledged <b id="waiting">0</b></p>
      <p>Booked by the server: <span id="booked">none</span></p>
      <p id="lost"></p>
    </main>

    <script src="/socket.io/socket.io.delivery.js"></script>
    <script>
      var socket = new io.Socket(null, { port: ${port}, delivery: true }),
        ordered = 0;

      function show(id, text) {
        document.getElementById(id).innerHTML = '';
        document.getElementById(id).appendChild(document.createTextNode(text));
      }

      document.getElementById('order').onclick = function () {
        socket.send({ order: ++ordered });
        show('ordered', ordered);
      };
      document.getElementById('cut').onclick = function () {
        var xhr = new XMLHttpRequest();
        xhr.open('POST', '/cut');
        xhr.send();
      };
      setInterval(function () { show('waiting', socket.unacknowledged()); }, 100);

      socket.on('connect', function () {
        show('state', socket.recovered ? 'connected again, nothing is missing' : 'connected');
      });
      socket.on('disconnect', function () { show('state', 'no connection; you can still order'); });
      socket.on('message', function (message) { show('booked', message.booked.join(', ')); });
      socket.on('lost', function (messages) {
        show('lost', 'Orders in doubt: ' + messages.map(function (one) { return one.order; }));
      });
      socket.connect();
    </script>
  </body>
</html>
`;

// The network: connections from the pages to the server.
const connections = new Set();
let isCut = false;
const network = net.createServer((near) => {
  near.on('error', () => near.destroy());
  if (isCut) {
    near.destroy();
    return;
  }
  const far = net.connect(server.address().port, '127.0.0.1');
  far.on('error', () => far.destroy());
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
  near.pipe(far).pipe(near);
  connections.add(near);
  near.on('close', () => connections.delete(near));
});

function cut() {
  isCut = true;
  for (const connection of connections) connection.destroy();
  setTimeout(() => (isCut = false), OUTAGE_MS);
}

const server = http.createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/cut') {
    cut();
    response.end();
  } else if (request.url === '/style.css') {
    response.setHeader('Content-Type', 'text/css');
    response.end(STYLE);
  } else if (request.url === '/') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page(network.address().port));
  } else {
    response.statusCode = 404;
    response.end();
  }
});

const listener = io.listen(server, { delivery: true });
listener.on('connection', (client) => {
  const booked = [];
  client.on('message', (message) => {
    // A message is untrusted input. An order arrives once, so it needs no check for a second copy.
    if (!message || !Number.isInteger(message.order)) return;
    booked.push(message.order);
    client.send({ booked: booked.slice(-30) });
  });
  client.on('lost', (messages) => console.log(`${messages.length} answers are in doubt`));
});

network.listen(0, () => {
  server.listen(process.env.PORT || 8080, () => {
    console.log(`Order desk at http://localhost:${server.address().port}/`);
  });
});
