/*
 * A load for the operator's page, as a demonstration: clients of all generations and several
 * transports, a slow client, requests that are refused, and a second Listener on a bus in memory.
 * Applications do not need it.
 */
const http = require('http');
const { EventEmitter } = require('events');
const { Server } = require('socket.io4'); // in an app: require('socket.io')
const connectOfficial = require('socket.io-client4').io;
const { WebSocket } = require('ws');
const io = require('../../');
const { bridge } = require('socket.io-node/bridge');
const { Socket } = require('socket.io-node/client');

const engine = new EventEmitter().setMaxListeners(0);

/** A bus within the process. */
const memoryBus = () => ({
  publish: (message) => void setImmediate(() => engine.emit('message', Buffer.from(message))),
  subscribe: (receive) => void engine.on('message', receive)
});

exports.options = { bus: memoryBus(), maxSessionsPerAddress: 40 };

const SLOW = 'slow client';
const TEXTS = ['hello', 'grüße', 'how are you?', '<b>not bold</b>', 'ok', '{"n":1}', '🙂'];
const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** Calls `act` again and again, after a random time. */
function often(meanMs, act) {
  const again = () => {
    setTimeout(
      () => {
        act();
        again();
      },
      meanMs * (0.3 + Math.random() * 1.4)
    ).unref();
  };
  again();
}

/** A client of this package, for protocol 0.6. */
function open06(url, transport, delivery = false) {
  const socket = new Socket(url, { transports: [transport], delivery, reconnectionDelay: 500 });
  socket.on('error', () => {});
  socket.connect();
  often(2500, () => socket.connected && socket.send(pick(TEXTS)));
  return socket;
}

/** A client that looks like a Flash client to the server. */
function openFlash(url) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/flashsocket`);
  ws.on('error', () => {});
  ws.on('message', (data) => {
    const beat = /~h~\d+$/.exec(data.toString())?.[0];
    if (beat) ws.send(`~m~${beat.length}~m~${beat}`);
  });
  often(6000, () => ws.readyState === ws.OPEN && ws.send('~m~5~m~flash'));
}

/** A client of 0.9. */
async function open09(url) {
  const answer = await (await fetch(`${url}/socket.io/1/?t=${Date.now()}`)).text();
  const ws = new WebSocket(
    `${url.replace('http', 'ws')}/socket.io/1/websocket/${answer.split(':')[0]}`
  );
  ws.on('error', () => {});
  ws.on('message', (data) => data.toString() === '2::' && ws.send('2::'));
  often(3000, () => ws.readyState === ws.OPEN && ws.send(`3:::${pick(TEXTS)}`));
}

/** A client that does not read what it is sent, until the server drops it; then it connects again. */
function openSlow(url) {
  const address = `${url.replace('http', 'ws')}/socket.io/websocket`;
  const ws = new WebSocket(address, { headers: { 'User-Agent': SLOW } });
  ws.on('error', () => {});
  ws.on('open', () => ws._socket.pause());
  ws.on('close', () => setTimeout(openSlow, 3000, url).unref());
}

function refuseSome(url) {
  const hostile = { 'User-Agent': '<script>alert("agent")</script>' };
  const requests = [
    () => fetch(`${url}/socket.io/xhr-polling/12345678901234567890/1`, { headers: hostile }),
    () => fetch(`${url}/socket.io/websocket`),
    () => fetch(`${url}/socket.io/xhr-polling/`, { method: 'DELETE' }),
    () => fetch(`${url}/socket.io/jsonp-polling/`)
  ];
  often(2500, () => pick(requests)().catch(() => {}));
}

/** A Listener that looks like another process to the bus. */
function openPeer() {
  const server = http.createServer().listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    for (let i = 0; i < 5; i++) open06(url, 'websocket');
  });
  const options = { bus: memoryBus(), log: false, flashPolicyServer: false };
  io.listen(server, options);
  server.unref();
}

exports.start = function (server, listener) {
  bridge(listener, new Server(server, { allowEIO3: true }));
  const url = `http://127.0.0.1:${server.address().port}`;
  openPeer();
  for (let i = 0; i < 9; i++) open06(url, pick(['websocket', 'server-events', 'xhr-polling']));
  for (const transport of ['websocket', 'server-events', 'xhr-polling']) open06(url, transport);
  for (let i = 0; i < 3; i++) open06(url, 'websocket', true);
  for (let i = 0; i < 2; i++) openFlash(url);
  for (let i = 0; i < 5; i++) open09(url).catch(() => {});
  for (const transport of ['websocket', 'websocket', 'polling', 'websocket']) {
    const socket = connectOfficial(url, { transports: [transport], forceNew: true });
    often(2000, () => socket.connected && socket.send(pick(TEXTS)));
  }
  openSlow(url);
  refuseSome(url);
  // Clients that connect and leave again, so that the plots move.
  often(4000, () => {
    const socket = open06(url, pick(['websocket', 'xhr-polling']));
    setTimeout(() => socket.disconnect(), 4000 + Math.random() * 20000).unref();
  });
  listener.on('connection', (client) => {
    if (client.request.headers['user-agent'] !== SLOW) return;
    often(1000, () => client.send('news of the day '.repeat(40_000)));
  });
};
