/*
 * An application: a chat for members. `app.test.js` is its test suite.
 *
 * It is given its server, so that a test can give it one without a port.
 */
const io = require('../../');
const chat = require('../chat.js');

const MEMBERS = new Set(['ada', 'grace']);

module.exports = function attach(server) {
  const listener = io.listen(server, {
    maxSessionsPerAddress: 3,
    authorize: ({ headers }) => {
      const [, name] = /\bmember=(\w+)/.exec(headers.cookie ?? '') ?? [];
      return MEMBERS.has(name) || { status: 401, message: 'Members only' };
    }
  });
  chat(listener, 'guest ');
  return listener;
};
