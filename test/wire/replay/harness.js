/** What one scenario is played with: a server, and connections to it. @module */
'use strict';
const { Application } = require('./application.js');
const { Connection } = require('./connection.js');
const { Elsewhere } = require('./outside.js');
const { Waiting } = require('./waiting.js');

class Harness {
  /** What holes were found to hold. */
  vars = {};
  /** By name. */
  connections = new Map();
  server;
  /** The port that is used instead of 843. */
  policyPort;
  /** Whether it shall be as in the original, bugs and raw bytes included. */
  isOriginal;
  #waiting = new Waiting();

  constructor(scenario, options, policyPort) {
    this.isOriginal = options.original;
    this.policyPort = policyPort;
    this.server = options.url
      ? new Elsewhere(options.url)
      : new Application(scenario, options, policyPort, this.#waiting);
    void this.#waiting.start((ms) => this.server.advance(ms));
  }

  /** Milliseconds since the start, as the player and the application count them. */
  get now() {
    return this.#waiting.now;
  }

  /** Resolves with the first truthy value of `test`, or with undefined after `ms`. */
  until(test, ms) {
    return this.#waiting.until(test, ms);
  }

  /** Resolves after `ms`. */
  sleep(ms) {
    return this.#waiting.sleep(ms);
  }

  connect(name, port) {
    const connection = new Connection(this.server.host, port, () => this.#waiting.wake());
    this.connections.set(name, connection);
    return connection;
  }

  /** The connection of that name, opened if need be. */
  connection(name) {
    return this.connections.get(name) ?? this.connect(name, this.server.port);
  }

  stop() {
    for (const connection of this.connections.values()) connection.destroy();
    this.#waiting.stop();
    this.server.stop();
  }
}

module.exports = { Harness };
