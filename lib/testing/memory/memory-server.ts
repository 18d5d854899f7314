import { Server, type RequestListener } from 'node:http';
import type { MemorySocket } from './memory-socket.js';

/** An HTTP server without a port: it gets its connections by {@link accept}. */
export class MemoryServer extends Server {
  readonly #sockets = new Set<MemorySocket>();
  #isListening = false;
  #isClosed = false;

  constructor(app?: RequestListener) {
    super(app);
    // Declared as a property, and inherited as a getter.
    Object.defineProperty(this, 'listening', { get: () => this.#isListening });
  }

  /** True once the server has been closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  override listen(...args: readonly unknown[]): this {
    const callback = args.findLast((arg) => typeof arg === 'function');
    if (callback) this.once('listening', callback as () => void);
    this.#isListening = true;
    process.nextTick(() => this.emit('listening'));
    return this;
  }

  override address(): null {
    return null;
  }

  override close(callback?: (error?: Error) => void): this {
    if (callback) this.once('close', callback);
    this.#isListening = false;
    this.#isClosed = true;
    this.#emitClose();
    return this;
  }

  override closeAllConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  accept(socket: MemorySocket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#isClosed) this.#emitClose();
    });
    this.emit('connection', socket);
  }

  #emitClose(): void {
    process.nextTick(() => {
      if (this.#sockets.size === 0) this.emit('close');
    });
  }
}
