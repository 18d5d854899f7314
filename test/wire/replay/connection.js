/** A connection to the server, byte by byte. @module */
'use strict';
const net = require('net');
const { parseBody } = require('./http.js');

class Connection {
  /** What came and was not yet taken. */
  raw = '';
  /** What came since the last whole response, as it came. */
  log = '';
  isConnected = false;
  isClosed = false;
  /** Its code. */
  error = undefined;
  /** Of a response that goes on. */
  head = undefined;
  isBodyEnded = false;
  isDrained = false;
  #socket;
  #body = '';

  constructor(host, port, onChange) {
    const listen = (event, listener) => {
      this.#socket.on(event, (value) => {
        listener(value);
        onChange();
      });
    };
    this.#socket = net.connect({ host, port, allowHalfOpen: true });
    this.#socket.setNoDelay(true).setEncoding('latin1');
    listen('connect', () => (this.isConnected = true));
    listen('data', (data) => {
      this.raw += data;
      this.log += data;
    });
    listen('end', () => (this.isClosed = true));
    listen('close', () => (this.isClosed = true));
    listen('error', ({ code }) => {
      this.error = code;
      this.isClosed = true;
    });
  }

  write(bytes) {
    this.#socket.write(bytes, 'latin1');
  }

  end() {
    this.#socket.end();
  }

  reset() {
    this.#socket.resetAndDestroy();
  }

  destroy() {
    this.#socket.destroy();
  }

  takeRaw(size) {
    this.raw = this.raw.slice(size);
  }

  takeLog(size) {
    this.log = this.log.slice(size);
  }

  /** From here on it is the body of this response that is read. */
  startBody(head) {
    this.takeRaw(head.size);
    this.head = head;
    this.#body = '';
  }

  /** What came of the body, decoded, and was not yet taken. */
  readBody() {
    if (!this.isBodyEnded) {
      const { body, size, isEnded } = parseBody(this.raw, this.head, this.isClosed);
      this.takeRaw(size);
      this.#body += body;
      this.isBodyEnded = isEnded;
    }
    return this.#body;
  }

  takeBody(size) {
    this.#body = this.#body.slice(size);
  }

  /** What came and was not yet taken, decoded or not. */
  read() {
    return this.head ? this.readBody() : this.raw;
  }

  /** Throws away what came, and what will be left in the end. */
  drain() {
    this.raw = '';
    this.#body = '';
    this.isDrained = true;
  }
}

module.exports = { Connection };
