/*
 * With Express: `io.listen` accepts the application itself, as it did in 2011.
 *
 *   npm ci && node example/express.js
 */
const express = require('express');
const io = require('../');

const app = express();
app.get('/', (req, res) => res.send('This is Express. Sessions are below /socket.io/'));

const listener = io.listen(app);
listener.on('connection', (client) => {
  client.on('message', (message) => client.send({ echo: message }));
});

const server = app.listen(process.env.PORT || 8080, (error) => {
  if (error) throw error;
  console.log(`Express at http://localhost:${server.address().port}/`);
});
