/*
 * One chat on several processes, which are replaced when they end.
 *
 * All polls of a session must reach the process that has the session. So session ids begin with
 * the number of their process, and a router in front reads that number.
 *
 *   node example/cluster.js         http://localhost:8080/ (set PORT and WORKERS for others)
 */
const cluster = require('cluster');
const http = require('http');
const net = require('net');
const { randomInt } = require('crypto');
const io = require('../');
const chat = require('./chat');
const pages = require('./pages');

const WORKERS = Number(process.env.WORKERS || 2);
/** How long to wait before a process is replaced: one that cannot start must not busy the machine. */
const RESTART_DELAY_MS = 500;

/** Two digits for the process, then 36 random ones: ids must not be predictable. */
function sessionId() {
  let id = process.env.NUMBER.padStart(2, '0');
  for (let i = 0; i < 6; i++) id += String(randomInt(1e6)).padStart(6, '0');
  return id;
}

function work() {
  const server = http.createServer(pages);
  const options = { generateId: sessionId, flashPolicyServer: false };
  const listener = io.listen(server, options);

  // To all clients of this process, and through the router to those of the others.
  function publish(message, except) {
    listener.broadcast(message, except);
    if (process.connected) process.send({ published: message });
  }
  const remember = chat(listener, `guest ${process.env.NUMBER}.`, publish);
  process.on('message', ({ published }) => {
    listener.broadcast(published);
    remember(published);
  });

  // for the transport doctor
  io.listen(server, { ...options, resource: 'echo', log: false }).on('connection', (client) => {
    client.on('message', (message) => client.send(message));
  });
  // `exclusive`: each process has a port of its own
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
    process.send({ port: server.address().port });
  });
}

function route() {
  /** The ports of the processes that are ready, by their number. */
  const ports = new Map();
  let next = 0;

  /** The port of the process that has the session in this URL, or of any; undefined if all are down. */
  function portFor(url) {
    const [, number] = /^\/(?:socket\.io|echo)\/[\w-]+\/(\d\d)\d{36}(?:[/?]|$)/.exec(url) ?? [];
    return ports.get(Number(number)) ?? [...ports.values()][next++ % ports.size];
  }

  const router = http.createServer((req, res) => {
    // A process that ends takes its sessions with it; the client starts a new one.
    const fail = () => (res.headersSent ? res.destroy() : res.writeHead(503).end());
    const { method, url, headers } = req;
    const port = portFor(url);
    if (!port) return fail();
    const onward = http.request({ port, host: '127.0.0.1', method, path: url, headers });
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode, answer.rawHeaders);
      answer.on('error', fail);
      answer.pipe(res);
    });
    onward.on('error', fail);
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });

  router.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    const port = portFor(req.url);
    if (!port) return socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
    const onward = net.connect(port, '127.0.0.1');
    onward.on('error', () => onward.destroy());
    const lines = [`GET ${req.url} HTTP/1.1`];
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      lines.push(`${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}`);
    }
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  });
  router.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  router.on('listening', () => {
    console.log(`Chat of ${WORKERS} processes at http://localhost:${router.address().port}/`);
  });

  function start(number) {
    const worker = cluster.fork({ NUMBER: number });
    worker.on('message', (message) => {
      if (message.port) {
        ports.set(number, message.port);
        if (ports.size === WORKERS && !router.listening) router.listen(process.env.PORT || 8080);
        return;
      }
      for (const other of Object.values(cluster.workers)) {
        if (other !== worker && other.isConnected()) other.send(message, () => {});
      }
    });
    worker.on('exit', (code, signal) => {
      ports.delete(number);
      console.error(`Process ${number} ended (${signal ?? code}) and is replaced`);
      setTimeout(start, RESTART_DELAY_MS, number);
    });
  }
  for (let number = 1; number <= WORKERS; number++) start(number);
}

if (cluster.isPrimary) route();
else work();
