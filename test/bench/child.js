// A child process that answers calls; all children are killed at the exit.
const path = require('path'), { fork } = require('child_process');
const children = new Set();
process.on('exit', () => children.forEach(c => c.kill('SIGKILL')));

class Child { // answers to calls by their ids
  constructor(file, args, execArgv = []) {
    this.calls = new Map(); this.id = 0;
    this.process = fork(path.join(__dirname, file), args, { execArgv });
    children.add(this.process);
    this.started = new Promise(r => this.calls.set(0, r));
    this.process.on('message', m => { if (m.id === undefined) return this.onMessage?.(m); this.calls.get(m.id)?.(m); this.calls.delete(m.id); });
  }
  call(op, more) { const id = ++this.id; this.process.send({ op, id, ...more }); return new Promise(r => this.calls.set(id, r)); }
  end() { return new Promise(r => { this.process.on('exit', r); children.delete(this.process); this.process.disconnect(); setTimeout(() => this.process.kill('SIGKILL'), 5000).unref(); }); }
  stop() { children.delete(this.process); this.process.kill('SIGKILL'); }
}
module.exports = { Child, children };
