/**
 * A TCP connection in memory: two streams with the members of `net.Socket` that HTTP, ws and this
 * package use. What one end writes is read from the other end.
 *
 * @module
 */
import { Duplex } from 'node:stream';
import type { Clock } from '../../util/timers.js';
import type { Network } from './network.js';

/** Bytes that are taken from a writer while the other end does not read. */
const BUFFER_BYTES = 64 * 1024;

/** How the client's end differs from a socket that a program has opened. */
export interface ClientEnd {
  /** True if the client closes its end itself when the server has closed its own. @default false */
  readonly allowHalfOpen?: boolean;
  /**
   * Bytes that are taken from the server while the client does not read.
   *
   * @default 128 KiB: half of them in the stream of the client
   */
  readonly bufferBytes?: number;
}

type Callback = (error?: Error | null) => void;

/** The address of one end. */
export interface End {
  readonly address: string;
  readonly port: number;
}

interface Handle {
  /** Bytes that the system has not taken yet. */
  readonly writeQueueSize: number;
  readStart(): void;
  readStop(): void;
}

function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** The data in transit to one end: bytes, then null if the other end has finished. */
class Pipe {
  readonly #to: MemorySocket;
  readonly #network: Network;
  readonly #capacity: number;
  readonly #chunks: (Buffer | null)[] = [];
  #bytes = 0;
  /** False while the stream of the reader is full. */
  #hasRoom = true;
  /** True while the reader has stopped the pipe. */
  #isStopped = false;
  /** Called when there is room again. */
  #onRoom: Callback | null = null;

  constructor(network: Network, to: MemorySocket, capacity: number) {
    this.#network = network;
    this.#to = to;
    this.#capacity = capacity;
  }

  /** Bytes that do not fit into the buffer. */
  get excess(): number {
    return Math.max(0, this.#bytes - this.#capacity);
  }

  write(chunk: Buffer, callback: Callback): void {
    this.#bytes += chunk.length;
    this.#post(chunk);
    if (this.excess > 0) this.#onRoom = callback;
    else callback();
  }

  end(): void {
    this.#post(null);
  }

  /** The stream of the reader has room. */
  resume(): void {
    if (this.#hasRoom) return;
    this.#hasRoom = true;
    this.#continue();
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#continue();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** The reader is gone: nothing waits any longer. */
  discard(): void {
    this.#chunks.length = this.#bytes = 0;
    this.#release();
  }

  #continue(): void {
    if (this.#chunks.length > 0) this.#network.post(() => this.#deliver());
  }

  #post(chunk: Buffer | null): void {
    this.#chunks.push(chunk);
    this.#network.post(() => this.#deliver());
  }

  #deliver(): void {
    while (this.#hasRoom && !this.#isStopped && this.#chunks.length > 0) {
      const chunk = this.#chunks.shift() as Buffer | null;
      this.#bytes -= chunk?.length ?? 0;
      this.#network.touch();
      this.#hasRoom = this.#to.receive(chunk);
    }
    if (this.excess === 0) this.#release();
  }

  #release(): void {
    const callback = this.#onRoom;
    this.#onRoom = null;
    callback?.();
  }
}

export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  readonly remoteFamily: string;
  readonly remotePort: number;
  readonly localAddress = '127.0.0.1';
  readonly localPort: number;
  readonly connecting = false;
  readonly pending = false;
  /** As much of the handle of a `net.Socket` as servers use. */
  readonly _handle: Handle | null;
  bytesRead = 0;
  bytesWritten = 0;
  timeout: number | undefined;
  readonly #network: Network;
  readonly #clock: Clock;
  readonly #incoming: Pipe;
  #peer: MemorySocket | null = null;
  #timer: unknown = null;

  constructor(
    network: Network,
    clock: Clock,
    local: End,
    remote: End,
    isServer: boolean,
    { allowHalfOpen = isServer, bufferBytes }: ClientEnd = {},
  ) {
    // With a small buffer, the stream takes nothing beyond it.
    super({ allowHalfOpen, highWaterMark: bufferBytes === undefined ? BUFFER_BYTES : 1 });
    this.#network = network;
    this.#clock = clock;
    this.#incoming = new Pipe(network, this, bufferBytes ?? BUFFER_BYTES);
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remoteFamily = remote.address.includes(':') ? 'IPv6' : 'IPv4';
    this.remotePort = remote.port;
    this._handle = isServer ? this.#createHandle() : null;
  }

  /** The two ends of a connection. */
  static pair(
    network: Network,
    clock: Clock,
    client: End,
    server: End,
    options?: ClientEnd,
  ): { readonly near: MemorySocket; readonly far: MemorySocket } {
    const near = new MemorySocket(network, clock, client, server, false, options);
    const far = new MemorySocket(network, clock, server, client, true);
    near.#peer = far;
    far.#peer = near;
    return { near, far };
  }

  address(): { address: string; family: string; port: number } {
    return { address: this.localAddress, family: 'IPv4', port: this.localPort };
  }

  setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms;
    if (listener) this.once('timeout', listener);
    this.#restartTimer();
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

  /** Breaks the connection: the other end gets an error instead of an end. */
  resetAndDestroy(): this {
    const peer = this.#peer;
    this.#peer = null;
    this.#network.post(() => peer?.destroy(resetError()));
    return this.destroy();
  }

  /** @internal Bytes arrive, or the end: null. Returns false if no more are wanted at present. */
  receive(chunk: Buffer | null): boolean {
    if (this.destroyed) {
      // The system answers what arrives for a closed socket.
      const peer = this.#peer;
      if (chunk) this.#network.post(() => peer?.destroy(resetError()));
      return true;
    }
    if (this.readableEnded) return true;
    this.bytesRead += chunk?.length ?? 0;
    this.#restartTimer();
    return this.push(chunk);
  }

  override _read(): void {
    this.#incoming.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: Callback): void {
    this.bytesWritten += chunk.length;
    this.#restartTimer();
    const pipe = this.#outgoing;
    if (pipe) pipe.write(chunk, callback);
    else callback();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: Callback): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', callback);
  }

  override _final(callback: Callback): void {
    this.#outgoing?.end();
    callback();
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.timeout = 0;
    this.#restartTimer();
    if (!this.writableFinished) this.#outgoing?.end();
    this.#incoming.discard();
    this.#network.touch();
    callback(error);
  }

  #createHandle(): Handle {
    const excess = (): number => this.#outgoing?.excess ?? 0;
    return {
      get writeQueueSize() {
        return excess();
      },
      readStart: () => this.#incoming.start(),
      readStop: () => this.#incoming.stop(),
    };
  }

  get #outgoing(): Pipe | undefined {
    const peer = this.#peer;
    return peer ? peer.#incoming : undefined;
  }

  #restartTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.timeout) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      this.emit('timeout');
    }, this.timeout);
  }
}
