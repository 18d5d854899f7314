/** The dialect of Socket.IO 0.6: framed messages, sessions that can be resumed. @module */
import { encode } from '../../../lib/protocol/frames.js';
import type { Transport } from '../../core/transport.js';
import { readHandshake } from '../handshake.js';
import { transports, type WithHandshake } from '../transports/index.js';
import { withMoves } from '../transports/moving.js';
import type { Dialect, DialectSocket } from './dialect.js';

export class DialectV0 implements Dialect {
  readonly #socket: DialectSocket;

  constructor(socket: DialectSocket) {
    this.#socket = socket;
  }

  createTransport(name: string): Transport | null {
    const Type = transports.get(name);
    if (!Type) return null;
    const { delivery, transportOptions } = this.#socket.options;
    const Actual = delivery ? withMoves(Type as never) : Type;
    return new Actual(this.#socket as never, transportOptions[name]);
  }

  toWire(message: unknown): unknown {
    // If the message were encoded later, the caller could not catch the exception.
    if (typeof message === 'object' && message !== null) encode(message);
    return message;
  }

  handshakeOf(transport: Transport | null): unknown {
    const text = (transport as WithHandshake | null)?.handshake;
    return text === undefined ? undefined : readHandshake(text);
  }

  /** A feed cannot resume a session, nor can a path to which no session id can be appended. */
  canResume(handshake: unknown): boolean {
    const { path } = this.#socket.config;
    const takesId = path === undefined || /\/(?:websocket|flashsocket)$/.test(path);
    return typeof handshake === 'string' && takesId;
  }
}
