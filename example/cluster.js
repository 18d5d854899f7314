/*
 * One chat on several processes. The polls of a session must all reach the process that has it,
 * so session ids begin with the number of their process, and a router in front reads it there.
 *
 *   node example/cluster.js         http://localhost:8080/ (PORT, WORKERS)
 */
const cluster = require('cluster');
const http = require('http');
const net = require('net');
const { randomInt } = require('crypto');
const io = require('../');
const pages = require('./pages');

const WORKERS = Number(process.env.WORKERS || 2);

/** Two digits of the process, 36 that nobody can guess. */
function sessionId() {
  let id = String(cluster.worker.id).padStart(2, '0');
  for (let i = 0; i < 6; i++) id += String(randomInt(1e6)).padStart(6, '0');
  return id;
}

function work() {
  const server = http.createServer(pages);
  const options = { generateId: sessionId, flashPolicyServer: false };
  const listener = io.listen(server, options);

  // To everybody here, and by the router to everybody elsewhere.
  function tell(message, except) {
    listener.broadcast(message, except);
    process.send({ tell: message });
  }
  process.on('message', ({ tell: message }) => listener.broadcast(message));

  listener.on('connection', (client) => {
    client.on('message', (message) =>
      tell({ message: [client.sessionId, message] }, client.sessionId)
    );
    client.on('disconnect', () => tell({ announcement: `${client.sessionId} disconnected` }));
  });
  // for the transport doctor
  io.listen(server, { ...options, resource: 'echo', log: false }).on('connection', (client) => {
    client.on('message', (message) => client.send(message));
  });
  // not shared by the processes, as a port of theirs would be: `exclusive`
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
    process.send({ port: server.address().port });
  });
}

function route() {
  const ports = new Map();
  let next = 0;

  /** The port of the process that has the session in this URL; of any, for a new one. */
  function portFor(url) {
    const [, id] = /^\/(?:socket\.io|echo)\/[\w-]+\/(\d\d)\d{36}(?:[/?]|$)/.exec(url) ?? [];
    return ports.get(Number(id)) ?? [...ports.values()][next++ % ports.size];
  }

  const router = http.createServer((req, res) => {
    const { method, url, headers } = req;
    const onward = http.request({
      port: portFor(url),
      host: '127.0.0.1',
      method,
      path: url,
      headers
    });
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });

  router.on('upgrade', (req, socket, head) => {
    const onward = net.connect(portFor(req.url), '127.0.0.1');
    const lines = [`GET ${req.url} HTTP/1.1`];
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      lines.push(`${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}`);
    }
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });

  cluster.on('message', (from, message) => {
    if (message.port) {
      ports.set(from.id, message.port);
      if (ports.size === WORKERS && !router.listening) router.listen(process.env.PORT || 8080);
      return;
    }
    for (const worker of Object.values(cluster.workers)) if (worker !== from) worker.send(message);
  });
  cluster.on('exit', (worker) => ports.delete(worker.id));
  router.on('listening', () => {
    console.log(`Chat of ${WORKERS} processes at http://localhost:${router.address().port}/`);
  });
  for (let i = 0; i < WORKERS; i++) cluster.fork();
}

if (cluster.isPrimary) route();
else work();
