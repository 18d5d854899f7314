// One server process and its connections.
'use strict';
const net = require('net');
const path = require('path');
const { spawn } = require('child_process');

const TIMEOUT = 3000; // ms an expectation may take unless it says `after`

class Rig {
  constructor(scenario, opt, port) {
    this.vars = { port: String(port), policyport: String(port + 1) };
    this.opt = opt;
    this.port = port;
    this.conns = {};
    this.events = [];
    this.stdout = [];
    this.stderr = '';
    this.answers = {};
    this.commands = 0;
    this.wake = () => {};
    const child = (this.child = spawn(
      opt.node || process.execPath,
      [path.join(__dirname, '..', 'app.js')],
      {
        env: {
          PATH: process.env.PATH,
          IO_MODULE: path.resolve(opt.module),
          DRIVER: path.resolve(opt.driver || path.join(__dirname, '..', 'driver.js')),
          PORT: String(port),
          POLICY: String(port + 1),
          APP: JSON.stringify(scenario.app || {}),
        },
      },
    ));
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        let event;
        try {
          event = JSON.parse(line);
        } catch {
          /* the library's own output */
        }
        if (!event || typeof event !== 'object') this.stdout.push(line);
        else if (event.done) this.answers[event.done] = event;
        else if (event.ready) this.ready = true;
        else this.events.push(event);
      }
      this.wake();
    });
    child.stderr.on('data', (data) => {
      this.stderr += data;
    });
    child.stdin.on('error', () => {});
    child.on('exit', () => {
      this.exited = true;
      if (!this.stopping) this.events.push({ event: 'exit' });
      this.wake();
    });
  }

  // the line of stderr that says most
  why() {
    const lines = this.stderr.split('\n').filter(Boolean);
    return lines.find((line) => /^\s*\w*Error\b/.test(line)) || lines.slice(0, 3).join(' | ');
  }

  // resolves with test()'s first truthy value, or undefined after ms
  async until(test, ms) {
    const end = Date.now() + ms;
    for (;;) {
      const value = test();
      if (value) return value;
      const left = end - Date.now();
      if (left <= 0) return undefined;
      await new Promise((done) => {
        this.wake = done;
        setTimeout(done, Math.min(left, 50));
      });
    }
  }

  conn(name) {
    return this.conns[name] || this.connect(name, this.port);
  }

  connect(name, port) {
    const sock = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const conn = (this.conns[name] = { name, sock, raw: '', log: '', closed: false, head: null });
    sock.setNoDelay(true);
    sock.setEncoding('latin1');
    sock.on('data', (data) => {
      conn.raw += data;
      conn.log += data;
      this.wake();
    });
    sock.on('connect', () => {
      conn.connected = true;
      this.wake();
    });
    sock.on('end', () => {
      conn.closed = true;
      this.wake();
    });
    sock.on('error', (error) => {
      conn.closed = true;
      conn.error = error.code;
      this.wake();
    });
    sock.on('close', () => {
      conn.closed = true;
      this.wake();
    });
    return conn;
  }

  // events name clients by session id, scenarios by number: ${sid0} is client 0
  named(event) {
    if (!('sid' in event)) return event;
    const { event: name, sid, ...rest } = event;
    const found = Object.keys(this.vars).find((v) => /^sid\d+$/.test(v) && this.vars[v] === sid);
    return { event: name, client: found ? Number(found.slice(3)) : sid, ...rest };
  }

  async command(action, ms) {
    const id = ++this.commands;
    const { client, exceptClient, after: _after, ...rest } = action;
    if (client !== undefined) rest.sid = this.vars['sid' + client];
    if (exceptClient !== undefined) rest.exceptSid = this.vars['sid' + exceptClient];
    this.child.stdin.write(JSON.stringify({ id, ...rest }) + '\n');
    await this.until(() => this.answers[id] || this.exited, ms || TIMEOUT);
    return this.answers[id];
  }

  stop() {
    this.stopping = true;
    for (const name in this.conns) this.conns[name].sock.destroy();
    this.child.kill('SIGKILL');
  }
}

module.exports = { Rig, TIMEOUT };
