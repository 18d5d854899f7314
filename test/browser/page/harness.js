/*
 * The harness in the page: opens sockets, logs their events and executes the calls of the
 * scenarios. Runs in pages and in workers, with either client.
 */
(function (global) {
  'use strict';

  const EVENTS = [
    'connect',
    'connecting',
    'connect_failed',
    'message',
    'close',
    'disconnect',
    'reconnect',
    'reconnecting',
    'reconnect_failed',
    'error',
  ];

  const sockets = {};
  const faults = [];
  const shows = [];

  function digest(text) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
    return `${text.length}:${hash.toString(16)}`;
  }

  /** A text with many kinds of characters that page and server can both generate from a seed. */
  function block(length, seed) {
    const line = 'The quick brown fox ~m~5~m~ <b>é日本\u{1F600}</b> 100% & "more"+\\ ';
    let text = '';
    for (let i = seed; text.length < length; i++) text += line + i;
    return text.slice(0, length);
  }

  function entry(name) {
    const found = sockets[name];
    if (!found) throw new Error(`Expected a socket named ${name}`);
    return found;
  }

  function note(one, event, args) {
    const plain = event === 'error' ? [] : args;
    one.log.push({ event, args: plain, at: performance.now() - one.startedAt });
    for (const check of one.waiting.slice()) check();
  }

  const harness = {
    open(name, options, queue) {
      const { host, ...rest } = options;
      const socket = new io.Socket(host || null, rest);
      const one = { socket, log: [], waiting: [], startedAt: performance.now() };
      sockets[name] = one;
      for (const event of EVENTS) socket.on(event, (...args) => note(one, event, args));
      socket.connect();
      for (const value of queue) socket.send(value);
    },

    /** Resolves with the argument lists of the first `count` events of that name. */
    wait(name, event, count, timeoutMs) {
      const one = entry(name);
      const seen = () => one.log.filter((line) => line.event === event);
      return new Promise((resolve, reject) => {
        const check = () => {
          if (seen().length < count) return;
          finish();
          resolve(seen().map((line) => line.args));
        };
        const timer = setTimeout(() => {
          finish();
          const events = one.log.map((line) => line.event).slice(-12);
          reject(
            new Error(
              `Expected ${count} × '${event}' on '${name}' in ${timeoutMs} ms, ` +
                `got ${seen().length}; the last events: ${events.join(' ')}`,
            ),
          );
        }, timeoutMs);
        function finish() {
          clearTimeout(timer);
          one.waiting = one.waiting.filter((other) => other !== check);
        }
        one.waiting.push(check);
        check();
      });
    },

    call(name, method, ...args) {
      entry(name).socket[method](...args);
    },

    /** Disconnects and connects in the same turn. */
    reopen(name) {
      const { socket } = entry(name);
      socket.disconnect();
      socket.connect();
    },

    sendNumbers(name, count) {
      const { socket } = entry(name);
      for (let i = 0; i < count; i++) socket.send(String(i));
    },

    sendBlock(name, length, seed) {
      entry(name).socket.send(block(length, seed));
    },

    digests(name) {
      return entry(name)
        .log.filter((line) => line.event === 'message')
        .map((line) => digest(String(line.args[0])));
    },

    state(name) {
      const { socket } = entry(name);
      const transport = socket.transport || {};
      return {
        connected: Boolean(socket.connected),
        connecting: Boolean(socket.connecting),
        type: transport.type || null,
        sessionId: transport.sessionid || null,
      };
    },

    log(name) {
      return entry(name).log;
    },

    clear(name) {
      entry(name).log = [];
    },

    /** The time of the first event of that name, in milliseconds since `open`. */
    firstAt(name, event) {
      const line = entry(name).log.find((one) => one.event === event);
      return line ? line.at : -1;
    },

    cookie(text) {
      document.cookie = text;
      return document.cookie;
    },

    /** Sends when the page is about to be unloaded. */
    sendOnUnload(name, value) {
      window.addEventListener('beforeunload', () => entry(name).socket.send(value));
    },

    /** For each `pageshow` so far, whether the page was restored from the back/forward cache. */
    shows() {
      return shows;
    },

    faults() {
      return faults.splice(0);
    },

    ready() {
      return typeof io !== 'undefined' && typeof io.Socket === 'function';
    },
  };

  const answers = {};
  let calls = 0;

  /** For drivers that cannot wait for a promise: `start` a call, then `take` its result. */
  harness.start = function (work) {
    const id = ++calls;
    Promise.resolve()
      .then(work)
      .then(
        (value) => (answers[id] = { value }),
        (error) => (answers[id] = { error: error.message }),
      );
    return id;
  };

  harness.take = function (id) {
    const answer = answers[id] || null;
    if (answer) delete answers[id];
    return answer;
  };

  /** Runs another harness in a worker and forwards calls to it. */
  harness.worker = function (scripts) {
    const worker = new Worker(`/worker.js?scripts=${scripts.join(',')}`);
    const open = {};
    let last = 0;
    worker.addEventListener('error', (event) => {
      faults.push(`uncaught in worker ${event.message}`);
    });
    worker.addEventListener('message', ({ data }) => {
      const call = open[data.id];
      delete open[data.id];
      if ('error' in data) call.reject(new Error(data.error));
      else call.resolve(data.value);
    });
    harness.inWorker = (method, ...args) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        open[id] = { resolve, reject };
        // A worker is not a window: it has no target origin.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        worker.postMessage({ id, method, args });
      });
  };

  global.harness = harness;
  global.addEventListener('error', (event) => {
    if (event.message) faults.push(`uncaught ${event.message}`);
  });
  global.addEventListener('unhandledrejection', (event) => {
    faults.push(`unhandled rejection ${event.reason}`);
  });
  for (const level of ['error', 'warn']) {
    const original = console[level];
    console[level] = (...args) => {
      faults.push(args.join(' '));
      original.apply(console, args);
    };
  }
  if (typeof document === 'undefined') {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    const answer = (message) => global.postMessage(message);
    global.addEventListener('message', ({ data: { id, method, args } }) => {
      Promise.resolve()
        .then(() => harness[method](...args))
        .then(
          (value) => answer({ id, value }),
          (error) => answer({ id, error: error.message }),
        );
    });
  } else {
    global.addEventListener('pageshow', (event) => shows.push(event.persisted));
  }
})(self);
