import type { AsyncResource } from 'node:async_hooks';
import { captureContext } from '../../util/async-context.js';
import { createDebug } from '../../util/debug.js';
import {
  CLOSING_FRAME,
  handshakeHead,
  HixieParser,
  KEY3_BYTES,
  proof,
  readKeys,
  type HixieEvents,
  type Keys,
} from '../../websocket/hixie-protocol.js';
import type { Socket } from 'node:net';
import { Timer } from '../../util/timers.js';
import { encodeText, writeText, type Framing } from './frame-writer.js';
import { SocketTransport } from './websocket-transport.js';
import type { Exchange } from '../transport-server.js';

const debug = createDebug('socket.io:hixie');

/** Frames of `00`, UTF-8 text and `FF`. */
const framing: Framing = {
  overhead: () => 2,
  writeFrame(target, at, text, size) {
    target[at] = 0x00;
    const end = writeText(target, at + 1, text, size);
    target[end] = 0xff;
    return end + 1;
  },
  shortFrame: (text) => `\x00${text}\xff`,
  encodeFrame: (payload) => encodeText(framing, payload),
};

/**
 * A WebSocket of draft 75 or 76, which browsers of 2010 use. The response to draft 76 is sent
 * before the third key has arrived, because proxies forward the key only after a response.
 */
export class Hixie extends SocketTransport implements HixieEvents {
  protected readonly framing: Framing = framing;
  readonly #parser: HixieParser;
  /** The keys of a handshake whose third key has not arrived; null once it is complete. */
  #keys: Keys | null;
  #key3: Buffer = Buffer.alloc(0);
  /** Releases the pending handshake in the limiter; null if it was not counted. */
  #release: (() => void) | null = null;
  /** The async context of the request, until the handshake is complete. */
  #context: AsyncResource | null = null;
  readonly #draft: '75' | '76';
  #hasClosingFrame = false;
  readonly #timer: Timer = new Timer(this);

  private constructor(exchange: Exchange, keys: Keys | null) {
    super(exchange);
    this.#keys = keys;
    this.#draft = keys ? '76' : '75';
    this.#parser = new HixieParser(this, exchange.host.options.maxPayload);
  }

  static accept(exchange: Exchange): void {
    const { host, request, socket, head } = exchange;
    const keys = request.method === 'GET' ? readKeys(request) : null;
    if (keys === null) {
      host.refuse('ERR_SIO_BAD_HANDSHAKE', request, socket);
      return;
    }
    const hixie = new Hixie(exchange, keys === '75' ? null : keys);
    if (keys !== '75' && head.length < KEY3_BYTES) {
      hixie.#release = host.acquireHandshake(request, exchange.client === undefined);
      if (!hixie.#release) {
        host.refuse('ERR_SIO_TOO_MANY_HANDSHAKES', request, socket);
        return;
      }
    }
    if (keys !== '75') hixie.#context = captureContext();
    hixie.#begin(socket, head);
  }

  onText(text: string, size: number): void {
    this.host.counters.receive(size);
    if (this.session?._onMessage(text, this) === false) this.onError('too large');
  }

  onClosing(): void {
    this.#hasClosingFrame = true;
    if (!this.isOpen) return;
    this.flush();
    this.isOpen = false;
    this.closeSocket();
    this.onClientClose();
  }

  onError(kind: string): void {
    debug('%s', kind);
    this.isOpen = false;
    this.session?._end('protocol error');
    this.socket.destroy();
  }

  /** @internal The third key has not arrived in time. */
  onTimeout(): void {
    this.onError('handshake timeout');
  }

  protected closeSocket(): void {
    this.#parser.stop();
    const { socket } = this;
    // Sent only in reply to a closing frame: Node clients of 2011 throw when they receive one.
    if (this.#hasClosingFrame && this.#draft === '76' && socket.writable)
      socket.write(CLOSING_FRAME);
    socket.end();
  }

  #begin(socket: Socket, head: Buffer): void {
    const { handshakeTimeout } = this.host.options;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.on('error', (error) => debug('ignored %s', error));
    socket.on('end', () => this.#onEnd());
    socket.on('close', () => this.#onEnd());
    // Node decodes headers as latin1: writing them as latin1 restores the bytes of the request.
    const isSecure = this.host.isSecure(this.request);
    socket.write(handshakeHead(this.request, this.#draft, isSecure), 'latin1');
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (!this.#keys) this.#open();
    else if (handshakeTimeout > 0) this.host.timers.set(this.#timer, handshakeTimeout);
    // A copy, because the head is a slice of a much larger Buffer.
    if (head.length > 0) this.#receive(Buffer.from(head));
  }

  #receive(chunk: Buffer): void {
    let rest = chunk;
    if (this.#keys) {
      const missing = KEY3_BYTES - this.#key3.length;
      this.#key3 = Buffer.concat([this.#key3, chunk.subarray(0, missing)]);
      if (this.#key3.length < KEY3_BYTES) return;
      rest = chunk.subarray(missing);
      this.#complete(this.#keys);
    }
    if (this.isOpen) this.#parser.feed(rest);
  }

  /** Draft 76: the third key has arrived. No event was emitted before. */
  #complete(keys: Keys): void {
    this.#keys = null;
    this.#settle();
    this.socket.write(proof(keys, this.#key3));
    const context = this.#context;
    this.#context = null;
    if (context === null) this.#open();
    else context.runInAsyncScope(() => this.#open());
  }

  #open(): void {
    this.opened();
    this.releaseRequest();
  }

  /** The handshake has completed or failed. */
  #settle(): void {
    this.host.timers.clear(this.#timer);
    this.#release?.();
    this.#release = null;
  }

  #onEnd(): void {
    this.#settle();
    this.onSocketClose();
    if (!this.socket.writableEnded) this.socket.end();
  }
}
