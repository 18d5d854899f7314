/**
 * A server of the jitter profile, in a process of its own. `node server.js CONTENDER`: see
 * contenders.ts. It sends each user a number, and all users a number, once a second.
 *
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io4';
import { type Client, listen } from '../../../lib/index.js';
import { Order } from '../delivery/order.js';

const TURN_MS = 1000;
/** How long a session is kept without a connection. */
const WINDOW_MS = 120_000;

export interface JitterReport {
  /** Broadcasts so far. */
  readonly broadcasts: number;
  /** Messages to each user so far. */
  readonly directs: number;
  /** Users that have named themselves. */
  readonly users: number;
  readonly received: number;
  readonly doubled: number;
  readonly reordered: number;
  /** Messages that were named as lost. */
  readonly named: number;
}

const http = createServer();
const orders = new Map<string, Order>();
const users = new Map<string, Client>();
let named = 0;
let turn = 0;
let isQuiet = false;
/** Sends a message to one user, and to all. */
let sendTo: (user: string, text: string) => void;
let sendToAll: (text: string) => void;

function take(user: string, text: string): void {
  let order = orders.get(user);
  if (!order) orders.set(user, (order = new Order()));
  order.take(Number(text));
}

if (process.argv[2] === 'socket.io') {
  const io = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: WINDOW_MS } });
  io.on('connection', (socket) => {
    const user = String(socket.handshake.auth['user']);
    if (!orders.has(user)) orders.set(user, new Order());
    void socket.join(user);
    socket.on('message', (text: string) => take(user, text));
  });
  // A message to a room can be recovered; one to a socket that is gone cannot be sent.
  sendTo = (user, text) => io.to(user).emit('message', text);
  sendToAll = (text) => io.emit('message', text);
} else {
  const delivery = process.argv[2] === 'delivery' ? { window: WINDOW_MS } : false;
  const io = listen(http, { log: false, flashPolicyServer: false, delivery });
  io.on('connection', (client) => {
    let user = '';
    client.on('message', (message) => {
      const text = String(message);
      if (text.startsWith('user')) {
        user = text;
        users.set(user, client);
        if (!orders.has(user)) orders.set(user, new Order());
      } else take(user, text);
    });
    client.on('lost', (messages) => (named += messages.length));
  });
  sendTo = (user, text) => users.get(user)?.send(text);
  sendToAll = (text) => io.broadcast(text);
}

let start = 0;
setInterval(() => {
  if (isQuiet || start === 0) return;
  turn++;
  for (const user of orders.keys()) sendTo(user, `d${turn}`);
  sendToAll(`b${turn}`);
}, TURN_MS);

function report(): JitterReport {
  const all = Array.from(orders.values());
  const sum = (of: (order: Order) => number): number => all.reduce((n, one) => n + of(one), 0);
  return {
    broadcasts: turn,
    directs: turn,
    users: orders.size,
    received: sum((order) => order.received - order.doubled),
    doubled: sum((order) => order.doubled),
    reordered: sum((order) => order.reordered),
    named,
  };
}

// If the run is interrupted.
process.on('disconnect', () => process.exit());
process.on('message', (command) => {
  if (command === 'start') start = 1;
  else if (command === 'quiet') isQuiet = true;
  else process.send?.({ report: report() });
});

http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (http.address() as AddressInfo).port });
});
