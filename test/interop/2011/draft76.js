/*
 * A session of the draft-76 client that came with 0.6.18:
 *
 *   node draft76.js APP CLIENT URL
 *
 * APP is a folder whose node_modules/socket.io is the package, CLIENT the file of the client, URL
 * where to go. It says what it has got as JSON, line by line, and ends by itself.
 */
require('./environment');
var createRequire = require('module').createRequire;
var path = require('path');

var utils = createRequire(path.join(process.argv[2], 'app.js'))('socket.io/utils');
var WebSocket = require(process.argv[3]).WebSocket;
var url = process.argv[4];
var sessionId = null;

function say(what) {
  console.log(JSON.stringify(what));
}

/* Connects; `script` gets each message, and a function that sends one. */
function connect(url, script) {
  var socket = new WebSocket(url, 'borf');
  socket.on('wserror', function (error) {
    say(String(error));
  });
  socket.onmessage = function (event) {
    utils.decode(event.data).forEach(function (message) {
      script(message, socket);
    });
  };
  return socket;
}

function first(message, socket) {
  if (sessionId === null) {
    sessionId = message;
    say({ sessionId: message });
    socket.send(utils.encode('a text'));
    socket.send(utils.encode({ an: 'object' }));
    socket.send(utils.encode(['caf\u00e9', '\u65e5\u672c']));
    return;
  }
  say(message);
  if (message !== '\u65e5\u672c') return;
  socket.onclose = function () {
    connect(url + '/' + sessionId, second);
  };
  socket.close();
}

function second(message, socket) {
  say(message);
  socket.onclose = function () {
    say('closed');
  };
  if (message === 'bye') socket.close();
}

connect(url, first);
