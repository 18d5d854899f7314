/*
 * The chat, for any Listener. It gives names to clients, and sends the last messages to clients
 * that join.
 *
 * A session id is a secret: with it, any client could take over the session. So clients get
 * names of their own, and no message contains an id.
 */
var MAX_LENGTH = 2000, // of a message; the page allows no more
  MAX_KEY_LENGTH = 40,
  HISTORY = 15;

// A message is untrusted input, any JSON: returns the text and, from our page, the key by which
// that page recognises the message; or null.
function read(message) {
  var isText = typeof message === 'string',
    text = isText ? message : message && message.text,
    key = isText ? undefined : message && message.key;
  if (typeof text !== 'string') return null;
  text = text.slice(0, MAX_LENGTH);
  return typeof key === 'string' ? [text, key.slice(0, MAX_KEY_LENGTH)] : [text];
}

// `publish(message, except)` sends to all clients but one; a cluster has its own.
module.exports = function (listener, name, publish) {
  var buffer = [],
    guests = 0;

  name = name || 'guest ';
  publish = publish || listener.broadcast.bind(listener);

  listener.on('connection', function (client) {
    client.name = name + ++guests;
    client.send({ buffer: buffer });
    publish({ announcement: client.name + ' connected' }, client.sessionId);

    client.on('message', function (message) {
      var said = read(message);
      if (!said) return;
      message = { message: [client.name].concat(said) };
      buffer.push(message);
      if (buffer.length > HISTORY) buffer.shift();
      publish(message, client.sessionId);
    });

    client.on('disconnect', function () {
      publish({ announcement: client.name + ' disconnected' }, client.sessionId);
    });
  });

  // Keeps messages of other processes for clients that join this one.
  return function (message) {
    if (message.message) buffer.push(message);
    if (buffer.length > HISTORY) buffer.shift();
  };
};
