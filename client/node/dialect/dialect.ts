/** What differs between the generations of Socket.IO in a `Socket` of the Node client. @module */
import type { Transport, TransportOptions } from '../../core/transport.js';
import type { RequestConfig } from '../request-config.js';
import type { EndpointSocket } from '../v1/endpoint-socket.js';

/** The part of `Socket` that a dialect uses. */
export interface DialectSocket {
  readonly config: RequestConfig;
  readonly host: string;
  readonly options: {
    readonly secure: boolean;
    readonly port: number | string;
    resource: string;
    readonly transports: readonly string[];
    readonly transportOptions: Readonly<Record<string, TransportOptions>>;
    readonly delivery?: boolean;
  };
  readonly connected: boolean;
  readonly transport: Transport | null;
  queueStack: unknown[];
  reconnecting: boolean;
  _isWanted: boolean | undefined;
  onMessage(message: unknown): void;
  /** Restarts the time that `messageTimeout` limits. */
  _onReceived(): void;
  emit(name: string, args?: readonly unknown[]): unknown;
}

/** One generation. */
export interface Dialect {
  /** Creates a transport; returns null if this generation or the server does not have it. */
  createTransport(name: string): Transport | null;
  /**
   * The form in which a message, or several in an array, is given to a transport.
   *
   * @throws {TypeError|RangeError} If a message cannot be encoded.
   */
  toWire(message: unknown): unknown;
  /** Prepares an attempt to connect; absent if there is nothing to prepare. */
  readonly prepare?: () => Promise<void>;
  /** Stops `prepare`. */
  cancel?(): void;
  /** The handshake of the connection that has just opened; undefined if it is an old session. */
  handshakeOf(transport: Transport | null): unknown;
  /** True if a lost session can be resumed. */
  canResume(handshake: unknown): boolean;
  /** Called when a connection has opened, before queued messages are sent. */
  onOpen?(): void;
  /** Called after the event `connect`. */
  onConnected?(): void;
  /** Called when a connection has closed. */
  onClose?(): void;
  /** The endpoint of this name; absent if the generation has none. */
  of?(name: string): EndpointSocket;
}
