/*
 * The framing as market-data feeds use it today: JSON without `~j~` in `~m~`, over RFC 6455.
 *
 *   node example/feed.js            serves quotes, and prints them as a client (set PORT for another port)
 */
const http = require('http');
const WebSocket = require('ws');
const io = require('../');

/** The symbols in `{"m":"subscribe","p":[…]}`; none in any other text, which is untrusted input. */
function wanted(text) {
  try {
    const { m, p } = JSON.parse(text);
    return m === 'subscribe' && Array.isArray(p) ? p : [];
  } catch {
    return [];
  }
}

/** A feed: sends a client the quotes of its symbols, as JSON text without `~j~`. */
function serve(server) {
  const listener = io.listen(server, { transports: ['websocket'], resource: 'feed' });
  const prices = new Map([
    ['ACME', 100],
    ['INITECH', 42]
  ]);

  function quote(client, symbol) {
    client.send(JSON.stringify({ m: 'quote', p: [symbol, prices.get(symbol)] }));
  }

  listener.on('connection', (client) => {
    client.symbols = [];
    client.on('message', (text) => {
      client.symbols = wanted(text).filter((symbol) => prices.has(symbol));
      for (const symbol of client.symbols) quote(client, symbol);
    });
  });

  return setInterval(() => {
    for (const [symbol, price] of prices) {
      prices.set(symbol, Math.round(price * (99 + 2 * Math.random())) / 100);
      for (const client of Object.values(listener.clients)) {
        if (client.symbols.includes(symbol)) quote(client, symbol);
      }
    }
  }, 250);
}

/** A client: a WebSocket and the codec are enough. */
function follow(url, symbols, onQuote) {
  const socket = new WebSocket(url);
  let isFirst = true;
  socket.on('error', (error) => console.error(error.message));
  socket.on('message', (data) => {
    for (const text of io.decode(String(data))) {
      if (isFirst) {
        isFirst = false; // the session id; some feeds send an object instead
        socket.send(io.encode(JSON.stringify({ m: 'subscribe', p: symbols })));
      } else if (text.startsWith('~h~')) {
        socket.send(`~m~${text.length}~m~${text}`); // a heartbeat is returned unchanged
      } else {
        onQuote(...JSON.parse(text).p);
      }
    }
  });
  return socket;
}

const server = http.createServer((req, res) => {
  res.writeHead(404).end();
});
serve(server);
server.listen(process.env.PORT || 8080, () => {
  const { port } = server.address();
  console.log(`Feed at ws://localhost:${port}/feed/websocket`);
  follow(`ws://localhost:${port}/feed/websocket`, ['ACME'], (symbol, price) => {
    console.log(`${symbol} ${price}`);
  });
});
