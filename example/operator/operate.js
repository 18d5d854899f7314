/*
 * The operator's page of a Listener: files, login, and a Listener of its own that sends the figures.
 *
 * The page never gets a session id: with it, a session can be taken over. It names a client by
 * `client.id`, which is public.
 */
const fs = require('fs');
const path = require('path');
const io = require('../../');
const { Login } = require('./login');
const { History } = require('./history');
const { Watch } = require('./watch');

const TICK_MS = 1000;
/** How many clients and refusals the page shows. */
const MOST_CLIENTS = 12;
const MOST_REFUSALS = 30;
const LONGEST_TEXT = 120;

const FILES = {
  '/operator/page.css': 'text/css',
  '/operator/parts.css': 'text/css',
  '/operator/page.js': 'text/javascript',
  '/operator/plot.js': 'text/javascript'
};

/** The page runs only its own files, so that data of clients cannot run as script. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws: wss:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store'
};

const cut = (text) => String(text ?? '').slice(0, LONGEST_TEXT);

/** Hides what is secret in a path: session ids, keys of delivery. */
const withoutSecrets = (url) => cut(String(url).replace(/[\w-]{15,}/g, '…'));

/**
 * Serves the page below `/operator` of a server.
 *
 * @returns `handle(request, response)`: true if the request was for the page
 */
exports.operate = function (server, listener, { password }) {
  const login = new Login(password);
  const history = new History(listener);
  const watch = new Watch(listener);
  const refusals = [];
  const since = new Map(); // clients of the page, and when they connected

  listener.on('refused', ({ code, status, request }) => {
    const { headers } = request;
    refusals.unshift({
      at: Date.now(),
      code,
      status,
      address: cut(request.socket.remoteAddress),
      path: withoutSecrets(request.url),
      origin: cut(headers.origin),
      agent: cut(headers['user-agent'])
    });
    refusals.length = Math.min(refusals.length, MOST_REFUSALS);
  });
  listener.on('connection', (client) => since.set(client, Date.now()));
  listener.on('clientDisconnect', (client) => since.delete(client));

  // A separate Listener: the page does not show its sessions.
  const operators = io.listen(server, {
    resource: 'operator',
    log: false,
    flashPolicyServer: false,
    protocols: ['0.6'],
    transports: ['websocket', 'server-events', 'xhr-polling'],
    maxSessions: 20,
    maxPayload: 4096,
    authorize: (request) => isSameSite(request) && login.has(request.headers.cookie)
  });

  /** The data about one client. Its values are untrusted: the page must show them as text. */
  function describe(client) {
    const { received, sent } = watch.ratesOf(client);
    return {
      id: client.id,
      protocol: client.protocol,
      transport: client.transport,
      address: cut(client.remoteAddress),
      delivery: client.delivery,
      connections: client.connections,
      seconds: Math.round((Date.now() - (since.get(client) ?? Date.now())) / 1000),
      waiting: client.bufferedAmount || 0,
      unacknowledged: client.unacknowledged(),
      received,
      sent
    };
  }

  /** Clients with the most waiting bytes, then those with the most messages. */
  function slowest() {
    const all = Object.values(listener.clients).map((client) => ({
      client,
      waiting: client.bufferedAmount || 0,
      busy: watch.busyness(client)
    }));
    all.sort((a, b) => b.waiting - a.waiting || b.busy - a.busy);
    return all.slice(0, MOST_CLIENTS).map(({ client }) => describe(client));
  }

  const find = (id) => Object.values(listener.clients).find((client) => client.id === id);

  function send() {
    const point = history.next();
    watch.tick();
    if (operators.stats().sessions.current === 0) return;
    operators.broadcast({ point, clients: slowest(), refusals });
  }

  const timer = setInterval(send, TICK_MS);
  timer.unref();
  server.once('close', () => clearInterval(timer));

  operators.on('connection', (operator) => {
    operator.send({ points: history.points, tickMs: TICK_MS });
    operator.send({ clients: slowest(), refusals });
    operator.on('message', (message) => {
      const { kick, watch: watched, unwatch } = Object(message);
      if (typeof kick === 'string') {
        const client = find(kick);
        client?.disconnect();
        operator.send({ kicked: { id: kick, found: client !== undefined } });
      }
      if (typeof watched === 'string') {
        const client = find(watched);
        if (client) watch.start(operator, client);
        operator.send({ watched: client ? describe(client) : null });
      }
      if (unwatch) watch.stop(operator);
    });
    operator.on('disconnect', () => watch.stop(operator));
  });

  const read = (file) => fs.readFileSync(path.join(__dirname, file), 'utf8');

  function sendFile(res, type, body, status = 200) {
    res.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(body);
  }

  function sendLogin(res, isWrong) {
    const page = read('login.html');
    sendFile(res, 'text/html', isWrong ? page.replace(' hidden>', '>') : page, 401);
  }

  function redirect(res, location, headers = {}) {
    res.writeHead(303, { ...HEADERS, Location: location, ...headers }).end();
  }

  return {
    handle(req, res) {
      const [url, query] = req.url.split('?');
      if (url !== '/operator' && !url.startsWith('/operator/')) return false;
      if (FILES[url]) {
        sendFile(res, FILES[url], read(path.basename(url)));
      } else if (url === '/operator' && req.method === 'GET') {
        if (login.has(req.headers.cookie)) sendFile(res, 'text/html', read('page.html'));
        else sendLogin(res, query === 'wrong');
      } else if (url === '/operator/login' && req.method === 'POST' && isSameSite(req)) {
        login.attempt(req, (cookie) => {
          redirect(
            res,
            cookie ? '/operator' : '/operator?wrong',
            cookie && { 'Set-Cookie': cookie }
          );
        });
      } else if (url === '/operator/logout' && req.method === 'POST' && isSameSite(req)) {
        operators.disconnectSockets();
        redirect(res, '/operator', { 'Set-Cookie': login.forget(req.headers.cookie) });
      } else {
        res.writeHead(404, HEADERS).end('404');
      }
      return true;
    }
  };
};

/** True unless a page of another site sends the request; browsers name the site in `Origin`. */
function isSameSite({ headers: { origin, host } }) {
  if (!origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
