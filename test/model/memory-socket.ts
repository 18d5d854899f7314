/**
 * A TCP connection in memory: the server's end is a stream like a `net.Socket`, the client's end
 * a {@link Wire}. Nothing depends on the system, so that a sequence of steps always has the same
 * outcome.
 *
 * @module
 */
import { Duplex } from 'node:stream';
import type { ManualClock } from '../support/clock.js';

/** Bytes that the system takes from the server while the client does not read. */
const KERNEL_BYTES = 4096;

function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** The server's end. It has what lib, ws and Node's HTTP server use of a `net.Socket`. */
export class MemorySocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort: number;
  readonly localPort = 80;
  readonly connecting = false;
  /** As much of libuv's stream as lib and Node's HTTP server use. */
  readonly _handle: { readonly writeQueueSize: number; readStart(): void; readStop(): void };
  bytesRead = 0;
  bytesWritten = 0;
  readonly #wire: Wire;
  readonly #clock: ManualClock;
  /** False while Node's HTTP server has stopped reading; the system keeps what arrives. */
  #isReading = true;
  readonly #unread: (Buffer | null)[] = [];
  #timeoutMs = 0;
  #timeout: unknown = null;

  constructor(wire: Wire, clock: ManualClock, port: number) {
    super({ allowHalfOpen: true });
    this.#wire = wire;
    this.#clock = clock;
    this.remotePort = port;
    this._handle = {
      get writeQueueSize() {
        return wire.withheldBytes;
      },
      readStart: () => {
        this.#isReading = true;
        for (const chunk of this.#unread.splice(0)) this.receive(chunk);
      },
      readStop: () => {
        this.#isReading = false;
      },
    };
  }

  setTimeout(ms: number, listener?: () => void): this {
    this.#timeoutMs = ms;
    if (listener) this.once('timeout', listener);
    this.#refreshTimeout();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  /** Bytes of the client arrive, or its FIN: null. */
  receive(chunk: Buffer | null): void {
    if (this.destroyed || this.readableEnded) return;
    if (!this.#isReading) {
      this.#unread.push(chunk);
      return;
    }
    this.bytesRead += chunk?.length ?? 0;
    this.#refreshTimeout();
    this.push(chunk);
  }

  override _read(): void {
    // the wire pushes
  }

  override _write(
    chunk: Buffer,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    this.bytesWritten += chunk.length;
    this.#refreshTimeout();
    this.#wire.take(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#wire.takeEnd(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#timeoutMs = 0;
    this.#refreshTimeout();
    this.#wire.takeClose();
    callback(error);
  }

  #refreshTimeout(): void {
    this.#clock.clearTimeout(this.#timeout);
    this.#timeout = null;
    if (this.#timeoutMs === 0) return;
    this.#timeout = this.#clock.setTimeout(() => this.emit('timeout'), this.#timeoutMs);
  }
}

/** What is on its way to the server. */
type Parcel = Buffer | 'fin' | 'reset';

/** The client's end of a connection. */
export class Wire {
  readonly socket: MemorySocket;
  /** All bytes that the client has read, as latin1. */
  text = '';
  /** True once the server has sent a FIN, or closed. */
  isEnded = false;
  /** True once the server has closed the connection. */
  isClosed = false;
  /** The client has sent a FIN. */
  hasFinished = false;
  /** The client is gone: what the server sends is answered with a reset. */
  isGone = false;
  isStalled = false;
  readonly #onActivity: () => void;
  readonly #onWrite: (chunk: Buffer) => void;
  readonly #up: Parcel[] = [];
  #isSending = false;
  /** What the client has not read, and what to call when it has. */
  readonly #unread: { readonly chunk: Buffer; callback: (() => void) | null }[] = [];
  #unreadBytes = 0;
  #onEnd: (() => void) | null = null;

  /** @param onWrite called with what the server writes, in the order of all its connections */
  constructor(
    clock: ManualClock,
    port: number,
    onActivity: () => void,
    onWrite: (chunk: Buffer) => void,
  ) {
    this.#onActivity = onActivity;
    this.#onWrite = onWrite;
    this.socket = new MemorySocket(this, clock, port);
  }

  /** Bytes of the server that the system has no room for. */
  get withheldBytes(): number {
    return Math.max(0, this.#unreadBytes - KERNEL_BYTES);
  }

  /** True if nothing has disturbed the connection so far. */
  get isHealthy(): boolean {
    return !this.hasFinished && !this.isGone && !this.isStalled && !this.isEnded && !this.isClosed;
  }

  send(bytes: string | Buffer): void {
    if (!this.hasFinished && !this.isGone) this.#post(Buffer.from(bytes as Buffer));
  }

  /** Sends a FIN; the client continues to read. */
  finish(): void {
    if (this.hasFinished || this.isGone) return;
    this.hasFinished = true;
    this.#post('fin');
  }

  /** Sends an RST. */
  reset(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#post('reset');
  }

  /** Closes, as a process that ends: a FIN now, and an RST for all that the server sends. */
  close(): void {
    this.finish();
    this.isGone = true;
    for (const { callback } of this.#unread.splice(0)) callback?.();
    this.#onEnd?.();
  }

  stall(): void {
    this.isStalled = true;
  }

  resume(): void {
    this.isStalled = false;
    for (const { chunk, callback } of this.#unread.splice(0)) {
      this.text += chunk.toString('latin1');
      callback?.();
    }
    this.#unreadBytes = 0;
    this.#onEnd?.();
    this.#onEnd = null;
    this.#onActivity();
  }

  /** @internal The server writes. */
  take(chunk: Buffer, callback: () => void): void {
    this.#onActivity();
    this.#onWrite(chunk);
    if (this.isGone) {
      callback();
      this.#post('reset');
    } else if (!this.isStalled) {
      this.text += chunk.toString('latin1');
      callback();
    } else {
      this.#unreadBytes += chunk.length;
      const isTaken = this.#unreadBytes <= KERNEL_BYTES;
      this.#unread.push({ chunk, callback: isTaken ? null : callback });
      if (isTaken) callback();
    }
  }

  /** @internal The server sends a FIN: after what it has written. */
  takeEnd(callback: () => void): void {
    const end = (): void => {
      this.isEnded = true;
      this.#onActivity();
      callback();
    };
    if (this.#unreadBytes > KERNEL_BYTES && !this.isGone) this.#onEnd = end;
    else end();
  }

  /** @internal The server has closed. */
  takeClose(): void {
    this.isEnded = true;
    this.isClosed = true;
    this.#onActivity();
  }

  #post(parcel: Parcel): void {
    this.#up.push(parcel);
    this.#onActivity();
    if (this.#isSending) return;
    this.#isSending = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#isSending = false;
    this.#onActivity();
    for (const parcel of this.#up.splice(0)) {
      if (this.socket.destroyed) return;
      if (parcel === 'reset') this.socket.destroy(resetError());
      else this.socket.receive(parcel === 'fin' ? null : parcel);
    }
  }
}
