/*
 * What the tests of 2011 found around them, and Node has taken away since. Only the environment
 * is given back; what the tests expect is theirs. Runs on Node 0.8 as well as on today's, so that
 * the original can be measured with it.
 */
var assert = require('assert');
var crypto = require('crypto');
var EventEmitter = require('events').EventEmitter;
var http = require('http');
var net = require('net');
var util = require('util');

var createServer = http.createServer;
var createConnection = net.createConnection;
var listen = net.Server.prototype.listen;

/* The tests number their ports from 7000; each gets a free one instead. */
var ports = {};

function isOfTheTests(port) {
  return typeof port === 'number' && port >= 7000 && port < 8000;
}

net.Server.prototype.listen = function (port, host, callback) {
  if (!isOfTheTests(port)) return listen.apply(this, arguments);
  this.once('listening', function () {
    ports[port] = this.address().port;
  });
  return listen.call(this, 0, '127.0.0.1', typeof host === 'function' ? host : callback);
};

/* Requests of Node 22 come through here too, with options, and know their port already. */
net.createConnection = function (port) {
  if (typeof port === 'object') return createConnection.apply(net, arguments);
  return createConnection.call(net, ports[port] || port, '127.0.0.1');
};

/* A request without a Host header was no error. */
http.createServer = function (handler) {
  return process.version.indexOf('v0') === 0
    ? createServer(handler)
    : createServer({ requireHostHeader: false }, handler);
};

/* A write was a chunk, by which the tests go; Node 26 makes one of all writes of a turn. */
var write = http.ServerResponse.prototype.write;
http.ServerResponse.prototype.write = function () {
  var result = write.apply(this, arguments);
  if (this.writableCorked) {
    this.uncork();
    this.cork();
  }
  return result;
};

/* The http.Client of Node 0.4: an emitter in front of the requests. */
function Client(port) {
  EventEmitter.call(this);
  this.port = ports[port] || port;
}
util.inherits(Client, EventEmitter);

Client.prototype.end = function () {};

Client.prototype.request = function (method, path, headers) {
  var self = this;
  if (method.charAt(0) === '/') return this.request('GET', method, path);
  var request = http.request({
    host: '127.0.0.1',
    port: this.port,
    method: method,
    path: path,
    headers: headers || {},
    agent: false
  });
  request.on('error', function (error) {
    self.emit('error', error);
  });
  request.on('socket', function (socket) {
    /* Today's requests may destroy their socket before it has read its end. */
    function onEnd() {
      socket.removeListener('end', onEnd);
      socket.removeListener('close', onEnd);
      self.emit('end');
    }
    socket.on('end', onEnd);
    socket.on('close', onEnd);
  });
  request.on('upgrade', function (response, socket, head) {
    self.emit('upgrade', response, socket, head);
  });
  return request;
};

http.createClient = function (port) {
  return new Client(port);
};

/* Text was hashed as bytes; the client of draft 76 computes its proof with it. */
var createHash = crypto.createHash;
crypto.createHash = function (algorithm) {
  var hash = createHash(algorithm);
  var update = hash.update;
  hash.update = function (data, encoding) {
    return update.call(hash, data, encoding || 'binary');
  };
  return hash;
};

/*
 * The assertions of expresso that the tests use, on top of Node's own. Each one that is made is
 * counted: most stand in callbacks, and a test passes as well if those never run.
 */
var made = 0;
exports.assertionsMade = function () {
  return made;
};

function counted(assertion) {
  return function () {
    made++;
    return assertion.apply(assert, arguments);
  };
}

var expresso = (exports.assert = {});
Object.keys(assert).forEach(function (name) {
  if (typeof assert[name] === 'function') expresso[name] = counted(assert[name]);
});

expresso.type = function (value, type) {
  expresso.ok(typeof value === type, 'a ' + typeof value + ' is no ' + type);
};

expresso.response = function (server, request, expected, callback) {
  server.pending = (server.pending || 0) + 1;
  if (server.address()) return ask();
  if (server.pending === 1) server.listen(7999);
  server.once('listening', ask);

  function ask() {
    var options = { host: '127.0.0.1', port: server.address().port, path: request.url };
    options.headers = request.headers || {};
    options.agent = false;
    http.get(options, read);
  }

  function read(response) {
    var body = '';
    response.setEncoding('utf8');
    response.on('data', function (text) {
      body += text;
    });
    response.on('end', function () {
      compare(response, body);
      if (callback) callback(response);
      if (--server.pending === 0) server.close();
    });
  }

  function compare(response, body) {
    if (expected.body instanceof RegExp) expresso.ok(expected.body.test(body), body);
    else if (expected.body !== undefined) expresso.equal(body, expected.body);
    if (expected.status) expresso.equal(response.statusCode, expected.status);
    Object.keys(expected.headers || {}).forEach(function (name) {
      expresso.equal(response.headers[name.toLowerCase()], expected.headers[name]);
    });
  }
};
