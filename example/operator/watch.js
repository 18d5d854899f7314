/*
 * The message rate of each client, and the messages of the client that an operator watches. Both
 * are from the channels of node:diagnostics_channel.
 */
const { subscribe } = require('diagnostics_channel');

const LONGEST_TEXT = 2000;
/** Frames for one operator and second; more are counted, not shown. */
const MOST_FRAMES = 40;

function show(value) {
  try {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return String(text).slice(0, LONGEST_TEXT);
  } catch {
    return '[cannot be shown]';
  }
}

exports.Watch = class Watch {
  constructor(listener) {
    this.counts = new WeakMap(); // client -> { in, out, received, sent }
    this.busy = new Set(); // the counts that changed in this tick
    this.watched = new Map(); // operator -> { client, left, skipped }
    subscribe('socket.io-node:message.in', ({ client, message }) => {
      if (client.listener !== listener) return;
      this.count(client).in++;
      if (this.watched.size > 0) this.forward(client, 'in', message);
    });
    subscribe('socket.io-node:message.out', ({ client, payload, messages }) => {
      if (client.listener !== listener) return;
      this.count(client).out += messages;
      if (this.watched.size > 0) this.forward(client, 'out', payload);
    });
  }

  count(client) {
    let count = this.counts.get(client);
    if (!count) this.counts.set(client, (count = { in: 0, out: 0, received: 0, sent: 0 }));
    this.busy.add(count);
    return count;
  }

  /** A second has passed: what was counted in it becomes the rate. */
  tick() {
    for (const count of this.busy) {
      count.received = count.in;
      count.sent = count.out;
      // It is read once more in the next tick, unless it changes: then its rate is 0.
      if (count.in === 0 && count.out === 0) this.busy.delete(count);
      count.in = 0;
      count.out = 0;
    }
    for (const [operator, state] of this.watched) {
      if (state.skipped > 0) operator.send({ skipped: state.skipped });
      state.left = MOST_FRAMES;
      state.skipped = 0;
    }
  }

  ratesOf(client) {
    return this.counts.get(client) ?? { received: 0, sent: 0 };
  }

  busyness(client) {
    const { received, sent } = this.ratesOf(client);
    return received + sent;
  }

  start(operator, client) {
    this.watched.set(operator, { client, left: MOST_FRAMES, skipped: 0 });
  }

  stop(operator) {
    this.watched.delete(operator);
  }

  forward(client, direction, value) {
    for (const [operator, state] of this.watched) {
      if (state.client !== client) continue;
      if (state.left === 0) state.skipped++;
      else {
        state.left--;
        operator.send({ frame: { at: Date.now(), direction, text: show(value) } });
      }
    }
  }
};
