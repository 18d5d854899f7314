/** The dialect of Socket.IO 0.7 to 0.9: a handshake, packets, endpoints. @module */
import {
  decodePacket,
  type ErrorPacket,
  type Handshake,
  type Packet,
} from '../../../lib/protocol/v1/index.js';
import { messagePacket } from '../../../lib/events/message-packet.js';
import type { Transport } from '../../core/transport.js';
import type { Dialect, DialectSocket } from '../dialect/dialect.js';
import { ClientError } from '../errors.js';
import { append } from '../payload-batch.js';
import { EndpointSocket, type PacketSession } from './endpoint-socket.js';
import { baseUrl, HandshakeRequest } from './handshake-request.js';
import { transportsV1 } from './transports.js';

const HEARTBEAT = '2::';
/** A poll is answered after 20 s at the latest, by default. */
const POLL_TIMEOUT_MS = 25_000;
/** The transport of the server that a transport of the client uses, if the names differ. */
const SERVER_NAMES: Readonly<Record<string, string | undefined>> = { 'hixie-76': 'websocket' };

export class DialectV1 implements Dialect, PacketSession {
  /** False for devices that exchange packets without a session. */
  readonly hasHandshake: boolean;
  /** The handshake of the current session; null without one. */
  handshake: Handshake | null = null;
  readonly prepare?: () => Promise<void>;
  readonly #socket: DialectSocket;
  readonly #root: EndpointSocket = new EndpointSocket(this, '');
  readonly #endpoints = new Map<string, EndpointSocket>([['', this.#root]]);
  #request: HandshakeRequest | null = null;
  /** True from the end of a connection until the next one: the socket still has to emit it. */
  #isClosed = false;

  constructor(socket: DialectSocket, hasHandshake: boolean) {
    this.#socket = socket;
    this.hasHandshake = hasHandshake;
    if (hasHandshake) this.prepare = () => this.#prepare();
    // The address of a WebSocket ends with the version of the protocol.
    socket.options.resource = socket.options.resource.replace(/\/1$/, '');
  }

  get sessionId(): string {
    return this.handshake?.sessionId ?? '';
  }

  get isOpen(): boolean {
    return this.#socket.connected && !this.#isClosed;
  }

  /** The URL of a transport of a session. */
  sessionUrl(transport: string, sessionId: string): string {
    if (this.hasHandshake) return `${baseUrl(this.#socket)}${transport}/${sessionId}`;
    return new URL(baseUrl(this.#socket)).origin + (this.#socket.config.path ?? '/');
  }

  createTransport(name: string): Transport | null {
    const Type = transportsV1.get(name);
    if (!Type || !this.#offers(name)) return null;
    const options = this.#socket.options.transportOptions[name];
    return new Type(this.#socket as never, { timeout: this.#timeoutOf(name), ...options });
  }

  /** Text becomes a message, every other value JSON; an array is several messages. */
  toWire(message: unknown): unknown {
    if (Array.isArray(message)) return message.map((one) => this.#toPacket(one));
    return this.#toPacket(message);
  }

  cancel(): void {
    this.#request?.abort();
  }

  handshakeOf(): unknown {
    return this.handshake ?? undefined;
  }

  canResume(): boolean {
    return false;
  }

  of(name: string): EndpointSocket {
    let endpoint = this.#endpoints.get(name);
    if (!endpoint) {
      this.#endpoints.set(name, (endpoint = new EndpointSocket(this, name)));
      endpoint._join();
    }
    return endpoint;
  }

  write(packet: string): void {
    if (this.isOpen) this.#socket.transport?.send(packet);
    else append(this.#socket.queueStack, packet);
  }

  onOverflow(): void {
    const message = 'More than 10000 acknowledgements are pending';
    this.#socket.emit('error', [new ClientError('ERR_SIO_QUEUE_OVERFLOW', message)]);
  }

  onOpen(): void {
    this.#isClosed = false;
  }

  onConnected(): void {
    for (const endpoint of this.#endpoints.values()) endpoint._join();
    this.#root._onJoined();
  }

  onClose(): void {
    this.handshake = null;
    this.#isClosed = true;
    const unsent = this.#takeUnsent();
    this.#socket.queueStack = unsent.get('')!;
    const endpoints = [...this.#endpoints.values()];
    const left = endpoints.filter((endpoint) => endpoint._close(unsent.get(endpoint.name)!));
    for (const endpoint of left) endpoint._emitDisconnect();
  }

  /** Called with the text of each packet. */
  onPacket(text: string, transport: Transport): void {
    this.#socket.config.onPacket?.('received', text);
    const packet = decodePacket(text);
    if (this.#socket.config.raw && !isControl(packet)) this.#socket.onMessage(text);
    else if (packet) this.#dispatch(packet, transport);
  }

  /**
   * Takes the packets that the connection did not send, by endpoint: those of the next session wait
   * behind them. Only messages and events have a meaning there.
   */
  #takeUnsent(): Map<string, string[]> {
    const unsent = new Map([...this.#endpoints.keys()].map((name) => [name, [] as string[]]));
    for (const text of this.#socket.queueStack as string[]) {
      const packet = decodePacket(text);
      // Devices may have packets of their own, and endpoints that the application has not named.
      if (packet === null) unsent.get('')!.push(text);
      else if (isContent(packet)) (unsent.get(packet.endpoint) ?? unsent.get('')!).push(text);
    }
    return unsent;
  }

  #dispatch(packet: Packet, transport: Transport): void {
    switch (packet.type) {
      case 'heartbeat':
        transport.send(HEARTBEAT);
        this.#socket.emit('heartbeat', ['']);
        return;
      case 'noop':
        return;
      case 'connect':
        if (packet.endpoint !== '') this.#endpoints.get(packet.endpoint)?._onJoined();
        else if (!transport.connected) transport.onConnect();
        return;
      case 'disconnect':
        if (packet.endpoint === '') this.#onSessionEnd(transport);
        else this.#endpoints.get(packet.endpoint)?._onLeft();
        return;
      case 'error':
        this.#onError(packet, transport);
        return;
      default:
        this.#deliver(packet);
    }
  }

  #deliver(packet: Extract<Packet, { endpoint: string }>): void {
    const { endpoint } = packet;
    if (packet.type !== 'ack') this.#socket._onReceived();
    if (endpoint === '' && packet.type !== 'ack') this.#emitMessage(packet);
    this.#endpoints.get(endpoint)?._onPacket(packet);
  }

  /** Messages of the root are also events of the socket. */
  #emitMessage(packet: Packet): void {
    if (packet.type === 'message' || packet.type === 'json') this.#socket.onMessage(packet.data);
    else if (packet.type === 'event' && packet.name === 'message') {
      this.#socket.onMessage(packet.args[0]);
    }
  }

  /** The server has ended the session on purpose: as in 0.9, the client does not reconnect. */
  #onSessionEnd(transport: Transport): void {
    this.#socket._isWanted = this.#socket.reconnecting = false;
    transport.onDisconnect();
  }

  #onError(packet: ErrorPacket, transport: Transport): void {
    const { endpoint, reason = 'unknown reason', advice } = packet;
    if (endpoint !== '' && advice === undefined) {
      this.#endpoints.get(endpoint)?._onRefused();
      return;
    }
    const message = `The server reported an error: ${reason}`;
    this.#socket.emit('error', [new ClientError('ERR_SIO_REFUSED', message)]);
    // Without a session there is nothing to wait for.
    if (advice === 'reconnect' || !transport.connected) transport.onDisconnect();
  }

  async #prepare(): Promise<void> {
    this.handshake = null;
    const request = (this.#request = new HandshakeRequest(this.#socket));
    try {
      this.handshake = await request.result;
    } finally {
      if (this.#request === request) this.#request = null;
    }
    if (!this.#socket.options.transports.some((name) => this.#canUse(name))) {
      const offered = this.handshake.transports.join(', ');
      const message = `The server offers none of the transports of the client, only ${offered}`;
      throw new ClientError('ERR_SIO_CONNECT_FAILED', message);
    }
  }

  #canUse(name: string): boolean {
    return transportsV1.has(name) && this.#offers(name);
  }

  /** True if the server has the transport, or what it has is not known yet. */
  #offers(name: string): boolean {
    if (!this.hasHandshake) return name !== 'xhr-polling';
    const { handshake } = this;
    return !handshake || handshake.transports.includes(SERVER_NAMES[name] ?? name);
  }

  /** Heartbeats keep a stream alive; a poll ends when it must. Without a handshake: no limit. */
  #timeoutOf(name: string): number {
    const { handshake } = this;
    if (!handshake) return 0;
    if (name === 'xhr-polling') return Math.max(handshake.closeTimeout ?? 0, POLL_TIMEOUT_MS);
    return handshake.heartbeatTimeout ?? 0;
  }

  #toPacket(message: unknown): string {
    if (this.#socket.config.raw && typeof message === 'string') return message;
    return messagePacket(message === undefined ? null : message, '', {});
  }
}

/** True for messages and events. */
function isContent(
  packet: Packet,
): packet is Extract<Packet, { type: 'message' | 'json' | 'event' }> {
  return packet.type === 'message' || packet.type === 'json' || packet.type === 'event';
}

/** True for packets that concern the session, not its content. */
function isControl(packet: Packet | null): boolean {
  if (packet === null) return false;
  const { type } = packet;
  return type === 'heartbeat' || type === 'connect' || type === 'disconnect' || type === 'noop';
}
