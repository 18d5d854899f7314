/*
 * With Fastify: its http.Server exists before it listens.
 *
 *   npm ci && node example/fastify.js
 */
const fastify = require('fastify');
const io = require('../');

const app = fastify();
app.get('/', () => 'This is Fastify. Sessions are below /socket.io/');

const listener = io.listen(app.server);
listener.on('connection', (client) => {
  client.on('message', (message) => client.send({ echo: message }));
});
app.addHook('onClose', () => listener.close());

// For the host `localhost`, Fastify opens a second server for ::1, on which nothing listens here.
app.listen({ port: Number(process.env.PORT ?? 8080), host: '0.0.0.0' }).then(() => {
  console.log(`Fastify at http://localhost:${app.server.address().port}/`);
});
