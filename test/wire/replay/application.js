/** `app.js` as a process of its own: it reports its events, and takes commands. @module */
'use strict';
const { spawn } = require('child_process');
const path = require('path');
const { TIMEOUT } = require('./waiting.js');

const APP = path.join(__dirname, '..', 'app.js');

/** How long the application may take to answer a tick: longer is an endless loop. */
const ANSWER_MS = 5000;

/** Undefined for text that is not JSON. */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

class Application {
  host = '127.0.0.1';
  port = undefined;
  isReady = false;
  hasExited = false;
  /** Its events, and the lines of the library's own output; they are removed when they are read. */
  events = [];
  stdout = [];
  #stderr = '';
  #answers = new Map();
  #commands = 0;
  #isStopped = false;
  /** What is called when the application has let time pass. */
  #onTicked = () => {};
  #waiting;
  #child;

  constructor(scenario, { module, node = process.execPath }, policyPort, waiting) {
    this.#waiting = waiting;
    this.#child = spawn(node, [APP], {
      env: {
        PATH: process.env.PATH,
        IO_MODULE: path.resolve(module),
        PORT: '0',
        POLICY: String(policyPort),
        CLOCK: 'player',
        APP: JSON.stringify(scenario.app ?? {}),
      },
    });
    const { stdin, stdout, stderr } = this.#child;
    let rest = '';
    stdout.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop();
      for (const line of lines) this.#onLine(line);
      waiting.wake();
    });
    stderr.setEncoding('utf8').on('data', (data) => (this.#stderr += data));
    stdin.on('error', () => {}); // it has exited, which `close` reports
    // not `exit`, after which there may be output to come
    this.#child.on('close', () => {
      this.hasExited = true;
      this.#onTicked();
      if (!this.#isStopped) this.events.push({ event: 'exit' });
      waiting.wake();
    });
  }

  #onLine(line) {
    const event = parse(line);
    if (event === null || typeof event !== 'object') this.stdout.push(line);
    else if (event.done) this.#answers.set(event.done, event);
    else if (event.ticked) this.#onTicked();
    else if (event.ready) Object.assign(this, { isReady: true, port: event.port });
    else this.events.push(event);
  }

  /** Lets `ms` pass for its timers; resolves when they have run, or if it does not answer. */
  async advance(ms) {
    if (!this.isReady || this.hasExited) return;
    const ticked = new Promise((resolve) => (this.#onTicked = resolve));
    this.#child.stdin.write(`${JSON.stringify({ tick: ms })}\n`);
    let timer;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, ANSWER_MS)));
    await Promise.race([ticked, timeout]);
    clearTimeout(timer);
  }

  /** Has it evaluate an expression; resolves with `{ value }` or `{ error }`, or undefined. */
  async command(js, ms = TIMEOUT) {
    const id = ++this.#commands;
    this.#child.stdin.write(`${JSON.stringify({ id, js })}\n`);
    await this.#waiting.until(() => this.#answers.has(id) || this.hasExited, ms);
    return this.#answers.get(id);
  }

  /** True as well for one that has exited: that is an event. */
  async isAlive() {
    return this.hasExited || (await this.command('1')) !== undefined;
  }

  /** The line of stderr that says most. */
  why() {
    const lines = this.#stderr.split('\n').filter(Boolean);
    return lines.find((line) => /^\s*\w*Error\b/.test(line)) ?? lines.slice(0, 3).join(' | ');
  }

  stop() {
    this.#isStopped = true;
    this.#child.kill('SIGKILL');
  }
}

module.exports = { Application };
