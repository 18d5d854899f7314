/*
 * With Fastify: it has made its http.Server before it listens.
 *
 *   npm ci && node example/fastify.js
 */
const fastify = require('fastify');
const io = require('../');

const app = fastify();
app.get('/', () => 'Fastify answers here, the sessions are below /socket.io/');

const listener = io.listen(app.server);
listener.on('connection', (client) => {
  client.on('message', (message) => client.send({ echo: message }));
});
app.addHook('onClose', () => listener.close());

// For the host `localhost`, Fastify opens a second server for ::1, which is not ours.
app.listen({ port: Number(process.env.PORT ?? 8080), host: '0.0.0.0' }).then(() => {
  console.log(`Fastify at http://localhost:${app.server.address().port}/`);
});
