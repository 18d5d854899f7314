import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Connection, ConnectionType } from '../session/connection.js';
import type { Counters } from '../metrics/counters.js';
import type { OfficialConnection, OfficialPacket, OfficialSocket } from './official.js';
import { waitingSize } from './send-buffers.js';

const TYPE: ConnectionType = Object.freeze({ transportName: 'socket.io', isExternal: true });

const made = new WeakMap<object, IncomingMessage>();

/** The request of the handshake. A WebTransport session has none, and gets an empty one. */
export function requestOf({ request, conn }: OfficialSocket): IncomingMessage {
  if (request) return request;
  let empty = made.get(conn);
  if (!empty) made.set(conn, (empty = new IncomingMessage(new Socket())));
  return empty;
}

/** Connections that are counted: once, though several bridges and namespaces may use them. */
const counted = new WeakSet<OfficialConnection>();

function sizeOf({ data }: OfficialPacket): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : (data?.byteLength ?? 0);
}

/**
 * Counts the packets of official connections that carry messages. All connections share its
 * listeners.
 */
export class PacketCounter {
  readonly #counters: Counters;
  /**
   * The latest content of this turn: a broadcast has the same for all connections. A later turn
   * must not keep it, because it may be large.
   */
  #sent: OfficialPacket['data'];
  #sentSize = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  add(connection: OfficialConnection): void {
    if (counted.has(connection)) return;
    counted.add(connection);
    connection.on('packet', this.#onPacket);
    connection.on('flush', this.#onFlush);
  }

  readonly #onPacket = (packet: OfficialPacket): void => {
    if (packet.type === 'message') this.#counters.receive(sizeOf(packet));
  };

  readonly #forgetSent = (): void => {
    this.#sent = undefined;
  };

  /** Called once for all packets that leave together, unlike the event `packetCreate`. */
  readonly #onFlush = (packets: readonly OfficialPacket[]): void => {
    for (const packet of packets) {
      if (packet.type !== 'message') continue;
      if (packet.data !== this.#sent) {
        if (this.#sent === undefined) setImmediate(this.#forgetSent);
        this.#sent = packet.data;
        this.#sentSize = sizeOf(packet);
      }
      this.#counters.send(this.#sentSize);
    }
  };
}

/**
 * An official socket as the connection of a session. The client sends through the socket, not
 * through this object.
 */
export class SocketConnection implements Connection {
  readonly request: IncomingMessage;
  readonly type: ConnectionType = TYPE;
  readonly response = null;
  readonly socket: Socket;
  readonly isPoll = false;
  readonly minGracePeriodMs = 0;
  readonly bytesInFlight = 0;
  readonly official: OfficialSocket;
  /** True if the client is to reconnect. */
  isLeft = false;

  constructor(official: OfficialSocket) {
    this.official = official;
    this.request = requestOf(official);
    this.socket = this.request.socket;
  }

  get bufferedAmount(): number {
    return waitingSize(this.official.conn);
  }

  /** The transport may change meanwhile: then the connection gives what waits to another one. */
  onDrain(callback: (isSent: boolean) => void): void {
    let isCalled = false;
    const onDrain = (): void => {
      if (isCalled) return;
      isCalled = true;
      // The transport takes what the connection has kept for it right after its event.
      setImmediate(callback, true);
    };
    const { conn } = this.official;
    conn.once('drain', onDrain);
    conn.transport.once?.('drain', onDrain);
  }

  cork(): boolean {
    return false;
  }

  /** The session id is not sent: an official client has an id of its own. */
  write(): boolean {
    return true;
  }

  writeShared(): boolean {
    return true;
  }

  close(): void {
    // Official clients reconnect when they have lost a connection, but not after a disconnection.
    if (this.isLeft) this.official.conn.close();
    else this.official.disconnect(true);
  }
}
