// The official client of Socket.IO 0.9 in Node: node client09.js PACKAGE PORT TRANSPORT
// Prints what happens, a line of JSON each.
var io = require(process.argv[2]);
var port = process.argv[3];
var transport = process.argv[4];

function say() {
  console.log(JSON.stringify(Array.prototype.slice.call(arguments)));
}

io.transports = [transport]; // the option of connect is merged with the list by index
var socket = io.connect('http://127.0.0.1:' + port + '/?token=secret', {
  'force new connection': true,
  reconnect: false
});

['connect', 'disconnect', 'connect_failed', 'error'].forEach(function (name) {
  socket.on(name, function (reason) {
    say(name, reason);
  });
});
socket.on('message', function (message) {
  say('message', message);
  if (message === 'bye') socket.disconnect();
});
socket.on('ask', function (value, answer) {
  answer({ answered: value });
});
socket.on('news', function (first, second) {
  say('news', first, second);
});

socket.on('connect', function () {
  var chat = socket.of('/chat');
  chat.on('connect', function () {
    chat.emit('say', 'grüße 😀', function (length) {
      say('said', length);
      socket.of('/closed').on('connect_failed', function () {
        say('closed', 'connect_failed');
        socket.send('line one\nline two', function () {
          say('receipt');
          socket.json.send({ list: [1, null, 'ü'] });
          socket.emit('add', 2, 3, function (sum) {
            say('sum', sum);
            socket.send('done');
          });
        });
      });
    });
  });
  chat.on('said', function (text) {
    say('chat', text);
  });
});
