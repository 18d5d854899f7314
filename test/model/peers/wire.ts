/**
 * The client's end of a connection in memory, with what an adversary does to it.
 *
 * @module
 */
import { MemorySocket } from '../../../lib/testing/memory/memory-socket.js';
import type { Network } from '../../../lib/testing/memory/network.js';
import type { ManualClock } from '../../support/clock.js';

/** Bytes that the system takes from the server while the client does not read. */
const SYSTEM_BYTES = 4096;
const SERVER = { address: '127.0.0.1', port: 80 };

export class Wire {
  /** The server's end. */
  readonly socket: MemorySocket;
  /** All bytes that the client has read, as latin1. */
  text = '';
  /** The client has sent a FIN. */
  hasFinished = false;
  /** The client is gone: what the server sends is answered with a reset. */
  isGone = false;
  isStalled = false;
  readonly #near: MemorySocket;

  /** @param onWrite called with what the server writes, in the order of all its connections */
  constructor(
    network: Network,
    clock: ManualClock,
    port: number,
    onWrite: (chunk: Buffer) => void,
  ) {
    const client = { address: '127.0.0.1', port };
    const { near, far } = MemorySocket.pair(network, clock, client, SERVER, {
      allowHalfOpen: true,
      bufferBytes: SYSTEM_BYTES,
    });
    this.#near = near;
    this.socket = far;
    near.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
    near.on('error', () => undefined);
    const write = far._write.bind(far);
    far._write = (chunk, encoding, callback): void => {
      onWrite(chunk);
      write(chunk, encoding, callback);
    };
  }

  /** True once the server has sent a FIN, or closed. */
  get isEnded(): boolean {
    return this.socket.writableFinished || this.socket.destroyed;
  }

  /** True if nothing has disturbed the connection so far. */
  get isHealthy(): boolean {
    return !this.hasFinished && !this.isGone && !this.isStalled && !this.isEnded;
  }

  send(bytes: Buffer): void {
    if (!this.hasFinished && !this.isGone) this.#near.write(bytes);
  }

  /** Sends a FIN; the client continues to read. */
  finish(): void {
    if (this.hasFinished || this.isGone) return;
    this.hasFinished = true;
    this.#near.end();
  }

  /** Sends an RST. */
  reset(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#near.resetAndDestroy();
  }

  /** Closes, as a process that ends: a FIN now, and an RST for all that the server sends. */
  close(): void {
    this.hasFinished = true;
    this.isGone = true;
    this.#near.destroy();
  }

  stall(): void {
    this.isStalled = true;
    this.#near.pause();
  }

  resume(): void {
    this.isStalled = false;
    this.#near.resume();
  }
}
