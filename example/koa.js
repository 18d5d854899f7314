/*
 * With Koa: listen on the http.Server around `app.callback()`.
 *
 *   npm ci && node example/koa.js
 */
const http = require('http');
const Koa = require('koa');
const io = require('../');

const app = new Koa();
app.use((context) => {
  if (context.path !== '/') return;
  context.body = 'This is Koa. Sessions are below /socket.io/';
});

const server = http.createServer(app.callback());
io.listen(server).on('connection', (client) => {
  client.on('message', (message) => client.send({ echo: message }));
});

server.listen(process.env.PORT || 8080, () => {
  console.log(`Koa at http://localhost:${server.address().port}/`);
});
