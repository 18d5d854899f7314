// The driver for this package: app.js's neutral words in the words of Listener and Client.
// README.md describes what a driver must do.
'use strict';

// what the option `clientScript` is for: the client of 0.9
const SCRIPT = find('socket.io-client-0.9.17/dist/socket.io.min.js');

module.exports = function driver({ library, server, options, authorize, endpoints, on }) {
  const clients = new Map(); // session id -> client

  const listener = library.listen(server, {
    ...translate(options),
    ...(SCRIPT && { clientScript: SCRIPT }),
    ...(authorize && { authorize: (request, done) => authorize(handshakeOf(request), done) }),
  });

  // 0.9 closed an upgrade that nothing takes. This package answers 404, unless the app listens.
  if (options.destroyUpgrade !== false) {
    server.on('upgrade', (request, socket) => {
      if (server.listenerCount('upgrade') === 2) socket.destroy();
    });
  }

  listener.on('connection', (client) => {
    clients.set(client.sessionId, client);
    watch(client, client.sessionId, '', client.handshake);
  });
  for (const [name, { authorize: check }] of Object.entries(endpoints)) {
    listener.of(name, check ? { authorize: (client) => ask(check, client.handshake) } : {});
    listener.of(name).on('connection', (member) => {
      watch(member, member.sessionId, name, member.client.handshake);
    });
  }

  // a client, or a client in an endpoint
  function watch(socket, sid, endpoint, handshake) {
    socket.on('message', (data, ack) => on.message(sid, endpoint, data, ack));
    socket.events.onAny((name, args, ack) => on.event(sid, endpoint, name, args, ack));
    socket.on('disconnect', (reason) => on.disconnect(sid, endpoint, reason));
    on.connection(sid, endpoint, handshake);
  }

  const at = (sid, endpoint) => (endpoint ? clients.get(sid).of(endpoint) : clients.get(sid));
  const sender = (sid, endpoint, { volatile }) =>
    volatile ? at(sid, endpoint).events.volatile : at(sid, endpoint).events;
  const send = (sid, endpoint, data, extra) =>
    sender(sid, endpoint, extra).send(data, ...callback(extra));

  return {
    send,
    json: send,
    emit: (sid, endpoint, name, args, extra) =>
      sender(sid, endpoint, extra).emit(name, ...args, ...callback(extra)),
    disconnect: (sid, endpoint) => at(sid, endpoint).disconnect(),
    broadcast: (endpoint, packet, except) => {
      const all = endpoint ? listener.of(endpoint) : listener;
      if ('name' in packet) all.broadcastEvent(packet.name, packet.args, except);
      else all.broadcast('json' in packet ? packet.json : packet.text, except);
    },
  };
};

// the number of parameters says what is asked for: none is a receipt, some are an answer
function callback({ want, answered }) {
  if (want === 'auto')
    return [
      function receipt() {
        answered(Array.from(arguments));
      },
    ];
  if (want === 'data')
    return [
      function answer(first, ...more) {
        answered(arguments.length > 0 ? [first, ...more] : []);
      },
    ];
  return [];
}

function find(file) {
  try {
    return require.resolve(file);
  } catch {
    return null; // not installed here
  }
}

// authorization by callback, as a promise
function ask(check, handshake) {
  return new Promise((resolve, reject) =>
    check(handshake, (error, yes) => (error ? reject(error) : resolve(yes))),
  );
}

function handshakeOf(request) {
  return {
    headers: request.headers,
    query: Object.fromEntries(new URL(request.url, 'http://localhost').searchParams),
  };
}

const TIMINGS = ['heartbeatInterval', 'heartbeatTimeout', 'closeTimeout', 'pollingDuration'];

function translate(options) {
  const result = { log: options.log || false, protocol1: {} };
  for (const name of ['resource', 'origins', 'transports'])
    if (name in options) result[name] = options[name];
  for (const name of TIMINGS) if (name in options) result.protocol1[name] = Number(options[name]);
  if (options.heartbeats === false) result.protocol1.heartbeatTimeout = 0;
  if ('maxBuffer' in options) result.maxPayload = options.maxBuffer;
  if ('policyServer' in options) result.flashPolicyServer = options.policyServer;
  return result;
}
