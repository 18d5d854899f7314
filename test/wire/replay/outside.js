/** A server of whatever make that runs there already, and can only be seen from outside. @module */
'use strict';
const net = require('net');
const { TIMEOUT } = require('./waiting.js');

/** Takes the place of the application when the server is another one. */
class Elsewhere {
  isReady = true;
  hasExited = false;
  events = [];
  stdout = [];

  constructor({ hostname, port }) {
    this.host = hostname;
    this.port = Number(port || 80);
  }

  /** Whether a server listens there. */
  isAlive() {
    const { host, port } = this;
    return new Promise((resolve) => {
      const socket = net.connect({ host, port, timeout: TIMEOUT });
      const end = (isAlive) => {
        socket.destroy();
        resolve(isAlive);
      };
      socket.on('connect', () => end(true));
      socket.on('timeout', () => end(false));
      socket.on('error', () => end(false));
    });
  }

  /** Its time is its own. */
  async advance() {}

  why() {
    return `nothing listens at port ${this.port}`;
  }

  stop() {}
}

/** Steps that look into the application. */
const INSIDE = ['app', 'stdout', 'nostdout'];
/** What `app.js` does with such messages, others need not. */
const COMMANDS = /(echo|json|bcast|all)(:|%3A)/;

function isDefault({ app = {} }) {
  const { options = {}, ...hooks } = app;
  const { transportOptions = {}, ...others } = options;
  const timings = Object.values(transportOptions).flatMap((timing) => Object.entries(timing));
  return (
    Object.keys({ ...hooks, ...others }).length === 0 &&
    timings.every(([name, value]) => name === 'timeout' && value === null)
  );
}

function needsInside(step) {
  return (
    INSIDE.some((verb) => verb in step) ||
    step.to === 'policy' ||
    step.event === 'exit' ||
    step.event === 'request'
  );
}

/** The steps of a scenario that are visible from outside; undefined if they are too few. */
function seenFromOutside(scenario, steps, { commands: hasCommands }) {
  if (!isDefault(scenario) || steps.some(needsInside)) return undefined;
  if (!hasCommands && COMMANDS.test(JSON.stringify(steps))) return undefined;
  const seen = steps.filter((step) => !('event' in step) && !('silence' in step));
  return seen.some((step) => 'expect' in step) ? seen : undefined;
}

module.exports = { Elsewhere, seenFromOutside };
