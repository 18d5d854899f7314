/*
 * A page for operators: who is connected, what is sent, who is slow, who was refused and why, which processes
 * are on the bus. It kicks a session, and shows the messages of one. Behind a password.
 *
 *   npm run operator                the chat at http://localhost:8080/, its operator's page at /operator
 *   node example/operator.js --demo the same with a load of clients of all generations, to look at
 *
 * OPERATOR_PASSWORD is the password; without it, one is made and printed. Set PORT and HOST for another
 * address. Use HTTPS in front of it: the password and the cookie must not cross a network in the clear.
 */
const http = require('http');
const { randomBytes } = require('crypto');
const io = require('../');
const chat = require('./chat');
const pages = require('./pages');
const { operate } = require('./operator/operate');

const isDemo = process.argv.includes('--demo');
const password = process.env.OPERATOR_PASSWORD || randomBytes(12).toString('base64url');

const server = http.createServer((req, res) => {
  if (!operator.handle(req, res)) pages(req, res);
});
const demo = isDemo ? require('./operator/demo') : null;
const options = { flashPolicyServer: false, delivery: true, log: false, ...demo?.options };
const listener = io.listen(server, options);
chat(listener);
const operator = operate(server, listener, { password });

server.listen(process.env.PORT || 8080, process.env.HOST || '127.0.0.1', () => {
  const { port } = server.address();
  if (!process.env.OPERATOR_PASSWORD) console.log(`Password: ${password}`);
  console.log(
    `Operator's page at http://localhost:${port}/operator, chat at http://localhost:${port}/`
  );
  demo?.start(server, listener);
});
