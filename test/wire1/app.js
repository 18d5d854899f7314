// The server under test: a tiny app in neutral words. Everything that knows a library stands
// in a driver (driver.js here, see README.md). ES5 on purpose: it also runs on Node 0.8.
//
// environment
//   IO_MODULE  the library to load      DRIVER  the driver to load (a file)
//   PORT       where the HTTP server listens (127.0.0.1)
//   POLICY     where a listen on the flash policy port is sent to
//   APP        JSON: { options, endpoints, authorize, react, before }; README.md describes it
// stdin   one JSON line per action: { id, do, ... }
// stdout  one JSON line per event; anything else on stdout is the library's own output

var http = require('http'),
  net = require('net'),
  config = JSON.parse(process.env.APP || '{}'),
  port = Number(process.env.PORT),
  policy = Number(process.env.POLICY || 0),
  react = config.react || {},
  acks = [], // functions that answer what a client wants answered
  driver;

// loopback only, and a flash policy port (843, 10843) goes to a port anybody may open
var listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (p) {
  var cb = arguments[arguments.length - 1];
  if (p && typeof p === 'object') p = p.port;
  if (Number(p) === 843 || Number(p) === 10843) p = policy;
  return typeof cb === 'function'
    ? listen.call(this, p, '127.0.0.1', cb)
    : listen.call(this, p, '127.0.0.1');
};

function out(event) {
  process.stdout.write(JSON.stringify(event) + '\n');
}

// what JSON cannot say is said as { $: 'undefined' }
function show(value) {
  return value === undefined || typeof value === 'function' ? { $: typeof value } : value;
}

function list(values) {
  return Array.prototype.slice.call(values || []).map(show);
}

// ---- what the driver reports ----------------------------------------------------------------

// runs the actions the scenario wants in reaction, on the client that caused them
function reactTo(key, sid, endpoint, ack) {
  (react[endpoint + '#' + key] || react[key] || []).forEach(function (action) {
    perform(action, sid, endpoint, ack);
  });
}

function keep(ack, event) {
  if (ack) event.ack = acks.push(ack) - 1;
  out(event);
  return event;
}

var on = {
  connection: function (sid, endpoint, handshake) {
    var event = { event: 'connection', sid: sid, endpoint: endpoint };
    if (config.handshake)
      event.handshake = {
        query: handshake.query,
        xdomain: handshake.xdomain,
        header: show((handshake.headers || {})[config.handshake])
      };
    out(event);
    reactTo('connection', sid, endpoint);
  },
  message: function (sid, endpoint, data, ack) {
    keep(ack, { event: 'message', sid: sid, endpoint: endpoint, data: show(data) });
    reactTo('message', sid, endpoint, ack);
  },
  event: function (sid, endpoint, name, args, ack) {
    keep(ack, { event: 'event', sid: sid, endpoint: endpoint, name: show(name), args: list(args) });
    reactTo('event', sid, endpoint, ack);
  },
  disconnect: function (sid, endpoint, reason) {
    out({ event: 'disconnect', sid: sid, endpoint: endpoint, reason: show(reason) });
    reactTo('disconnect', sid, endpoint);
  }
};

// ---- authorization ----------------------------------------------------------------------------

// rule: true, false, { error: text }, { query: [name, value] }; each may have after: ms
function authorizer(rule, endpoint) {
  if (rule === undefined) return null;
  return function (handshake, done) {
    out({ event: 'authorize', endpoint: endpoint, query: handshake.query });
    function answer() {
      if (rule && rule.error) return done(new Error(rule.error));
      done(
        null,
        rule && rule.query ? handshake.query[rule.query[0]] === rule.query[1] : Boolean(rule)
      );
    }
    if (rule && rule.after) setTimeout(answer, rule.after);
    else answer();
  };
}

// ---- actions ------------------------------------------------------------------------------------

function perform(action, sid, endpoint, ack) {
  var extra = { volatile: Boolean(action.volatile) },
    i;
  sid = action.sid || sid;
  if ('endpoint' in action) endpoint = action.endpoint;
  endpoint = endpoint || '';
  if (action.want) {
    // 'auto': told that it arrived; 'data': with an answer
    extra.want = action.want;
    extra.answered = function (args) {
      out({
        event: 'answered',
        sid: sid,
        endpoint: endpoint,
        tag: show(action.tag),
        args: list(args)
      });
    };
  }
  switch (action.do) {
    case 'send':
      return driver.send(sid, endpoint, action.data, extra);
    case 'json':
      return driver.json(sid, endpoint, action.data, extra);
    case 'emit':
      return driver.emit(sid, endpoint, action.name, action.args || [], extra);
    case 'ack':
      return ('n' in action ? acks[action.n] : ack).apply(null, action.args || []);
    case 'disconnect':
      return driver.disconnect(sid, endpoint);
    case 'broadcast':
      return driver.broadcast(
        endpoint,
        action.packet,
        action.except === 'self' ? sid : action.exceptSid
      );
    case 'many': // count sends in one breath: data0, data1, ...
      for (i = 0; i < action.count; i++) driver.send(sid, endpoint, action.data + i, extra);
      return;
    case 'alive':
      return 'yes';
    default:
      throw new Error('unknown action ' + action.do);
  }
}

// ---- start ----------------------------------------------------------------------------------------

var server = http.createServer(function (req, res) {
  out({ event: 'request', method: req.method, url: req.url, server: this === server });
  res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 3 });
  res.end('app');
});

if (config.upgrades)
  server.on('upgrade', function (req, socket) {
    out({ event: 'upgrade', url: req.url });
    setTimeout(function () {
      socket.end('HTTP/1.1 418 app\r\n\r\n');
    }, 50);
  });

var options = config.options || {},
  endpoints = {},
  name;
if (!('transports' in options))
  options.transports = ['websocket', 'htmlfile', 'xhr-polling', 'jsonp-polling'];
if (!('log' in options)) options.log = false;
for (name in config.endpoints || {})
  endpoints[name] = { authorize: authorizer(config.endpoints[name].authorize, name) };

driver = require(process.env.DRIVER)({
  library: require(process.env.IO_MODULE),
  server: server,
  options: options,
  authorize: authorizer(config.authorize, ''),
  endpoints: endpoints,
  on: on
});

var input = '';
process.stdin.resume();
process.stdin.setEncoding('utf8');
process.stdin.on('data', function (data) {
  var lines = (input + data).split('\n'),
    i,
    action;
  input = lines.pop();
  for (i = 0; i < lines.length; i++) {
    action = JSON.parse(lines[i]);
    try {
      out({ done: action.id, value: perform(action) === 'yes' });
    } catch (e) {
      out({ done: action.id, error: String(e) });
    }
  }
});
process.stdin.on('end', function () {
  process.exit(0);
});

server.listen(port, function () {
  out({ ready: true });
});
