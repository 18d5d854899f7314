/**
 * A session of protocol 1 (Socket.IO 0.7 to 0.9). It differs from one of 0.6 in its packets, in its
 * endpoints, and in that the end of a stream is the end of the session.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { ownCopy } from '../../protocol/message.js';
import {
  decodePacket,
  decodePayload,
  type ConnectPacket,
  type Packet,
} from '../../protocol/v1/index.js';
import { recordReceived } from '../../metrics/record.js';
import { Client, type Host } from '../client.js';
import type { Connection, ConnectionType } from '../connection.js';
import type { DisconnectReason } from '../state.js';
import { rethrowAsync } from '../../events/emit.js';
import type { Answer, EventChannel } from '../../events/event-channel.js';
import type { SendQueue } from '../send-queue.js';
import type { SharedPayload } from '../shared-payload.js';
import { STREAMING_DEFAULTS, type SessionOptions } from '../timings.js';
import { Conversation, type PacketWriter, type Receiver } from '../../events/conversation.js';
import { EndpointClient, type Endpoint } from './endpoint.js';
import type { HandshakeData } from './handshake-data.js';
import { PacketQueue } from './packet-queue.js';
import { toPackets, translatePayload } from './packets.js';

const CONNECT = '1::';
const DISCONNECT = '0::';
const HEARTBEAT = '2::';

/** For these reasons the client gets `0::`, and does not reconnect. */
const IS_FINAL: ReadonlySet<DisconnectReason> = new Set<DisconnectReason>([
  'server disconnect',
  'client close',
]);

/** What all sessions of this protocol have in common at one Listener. */
export interface SessionContext {
  /** The endpoints that the application has declared, by name. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Timings by transport. */
  readonly timings: ReadonlyMap<ConnectionType, Readonly<SessionOptions>>;
}

/** A join that waits for the authorization of its endpoint. */
class PendingJoin {
  /** False if the client has left meanwhile. */
  isWanted = true;
}

/** A client of Socket.IO 0.7 to 0.9. `request` is its handshake. */
export class ClientV1 extends Client implements PacketWriter, Receiver {
  readonly #data: HandshakeData;
  readonly #context: SessionContext;
  #root: Conversation | null = null;
  /** The endpoints that the client has joined, or waits for, by name. */
  #members: Map<string, EndpointClient | PendingJoin> | null = null;

  /** @internal */
  constructor(
    listener: Host,
    sessionId: string,
    connection: Connection,
    handshake: HandshakeData,
    context: SessionContext,
  ) {
    super(listener, sessionId, connection, connection.type, STREAMING_DEFAULTS);
    this.#data = handshake;
    this._keepRequest(handshake._kept);
    this.#context = context;
  }

  /** The request of the handshake. */
  override get request(): IncomingMessage {
    return this.#data.request;
  }

  override set request(value: IncomingMessage) {
    this.#data._kept = value;
  }

  override of(endpoint: string): EndpointClient | undefined {
    const member = this.#members?.get(endpoint);
    return member instanceof EndpointClient ? member : undefined;
  }

  override send(message: unknown): this {
    if (typeof message === 'string' && message !== '') this._sendMessages(`3:::${message}`, 1);
    else for (const packet of toPackets(message)) this._sendMessages(packet, 1);
    return this;
  }

  /** @internal */
  override get _protocol(): string {
    return '0.9';
  }

  /** @internal */
  override get _handshake(): HandshakeData {
    return this.#data;
  }

  /** @internal */
  override get _channel(): EventChannel {
    return this.#conversation.events;
  }

  /** @internal */
  override _sendShared(broadcast: SharedPayload): void {
    for (const packet of broadcast.translatedBy(translatePayload)) super._sendShared(packet);
  }

  /** @internal Heartbeats, acknowledgements and noops are not messages. */
  override _isMessage(text: string): boolean {
    return !/^[268]/.test(text);
  }

  /** @internal */
  _sendVolatile(packet: string): boolean {
    const isTaken = this._takesVolatile(1);
    if (isTaken) this._sendMessages(packet, 1);
    return isTaken;
  }

  /** @internal A client may change its transport, when no `1::` has arrived. */
  override _attach(connection: Connection): void {
    this._type = connection.type;
    this._defaults = this.#context.timings.get(connection.type) ?? this._defaults;
    super._attach(connection);
  }

  /** @internal The session ends with its stream: it cannot be resumed. */
  override _detach(connection: Connection, reason: DisconnectReason = 'transport close'): void {
    const isCurrent = connection === this._current;
    super._detach(connection, reason);
    if (isCurrent && !connection.isPoll) this._end(reason);
  }

  /** @internal `request` remains the handshake. */
  override _setConnection(connection: Connection): void {
    super._setConnection(connection);
    this.#data._moveTo(connection.socket);
    this._keepRequest(this.#data._kept);
  }

  /** @internal The handshake keeps only a record of it. */
  override _releaseRequest(): void {}

  /** @internal A message of a WebSocket is one packet. */
  override _onMessage(payload: string): boolean {
    this._receive([payload], payload.length);
    return true;
  }

  /** @internal Only `2::` answers a heartbeat; so does the progress of an unfinished message. */
  override _onActivity(): void {
    if (this._current) this._timer.discountRead(this._current);
  }

  /** @internal */
  override _emitDisconnect(reason: DisconnectReason): void {
    this.#root?.close();
    super._emitDisconnect(reason);
    const members = this.#members;
    this.#members = null;
    for (const member of members?.values() ?? []) {
      if (member instanceof EndpointClient) member._left(reason);
    }
  }

  /** @internal */
  override _greet(connection: Connection): void {
    connection.write(CONNECT);
  }

  /** @internal */
  override _encodeHeartbeat(): string {
    return HEARTBEAT;
  }

  /** @internal */
  override _decode(payload: string, limit: number): readonly string[] {
    return decodePayload(payload, limit);
  }

  /** @internal */
  override _deliver(text: string, payloadLength: number): void {
    const packet = decodePacket(text);
    if (packet !== null) this.#onPacket(packet, payloadLength);
  }

  /** @internal */
  override _createQueue(): SendQueue {
    return new PacketQueue();
  }

  /** @internal A poll takes all as one payload, a stream one packet at a time. */
  override _writeAll(queue: PacketQueue, connection: Connection): boolean {
    if (connection.isPoll) return connection.write(queue.join());
    return queue.packets().every((packet) => connection.write(packet));
  }

  /** @internal */
  override _writeEnd(reason: DisconnectReason): void {
    if (IS_FINAL.has(reason)) this._sendPayload(DISCONNECT);
  }

  /** @internal */
  onMessage(message: unknown, answer?: Answer): void {
    if (answer === undefined) {
      this._emitMessage(message);
      return;
    }
    recordReceived(this, message);
    try {
      this.emit('message', message, answer);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientMessage(message, this);
  }

  /** @internal */
  onEvent(name: string, args: readonly unknown[], answer?: Answer): void {
    recordReceived(this, { name, args });
    this.#root?.dispatch(name, args, answer);
  }

  /** @internal */
  _leave(member: EndpointClient, reason: DisconnectReason): void {
    this.#members?.delete(member.endpoint.name);
    member._left(reason);
  }

  get #conversation(): Conversation {
    if (this.#root === null) {
      this.#root = new Conversation(this, '');
      if (this.disconnectReason !== null) this.#root.close();
    }
    return this.#root;
  }

  #onPacket(packet: Packet, payloadLength: number): void {
    switch (packet.type) {
      case 'message':
        // Most packets: no conversation is needed.
        if (packet.endpoint === '' && packet.id === undefined) {
          this._emitMessage(ownCopy(packet.data, payloadLength));
        } else {
          const data = ownCopy(packet.data, payloadLength);
          this.#converse(packet.endpoint, (talk, receiver) =>
            talk.deliver({ ...packet, data }, receiver),
          );
        }
        break;
      case 'json':
      case 'event':
        this.#converse(packet.endpoint, (talk, receiver) => talk.deliver(packet, receiver));
        break;
      case 'ack':
        this.#converse(packet.endpoint, (talk) => talk.onAck(packet));
        break;
      case 'heartbeat':
        this._onHeartbeatEcho();
        break;
      case 'connect':
        this.#join(packet);
        break;
      case 'disconnect':
        this.#onDisconnect(packet.endpoint);
        break;
      default:
        break;
    }
  }

  /** Packets for an endpoint that was not joined are ignored. */
  #converse(endpoint: string, act: (talk: Conversation, receiver: Receiver) => void): void {
    if (endpoint === '') {
      act(this.#conversation, this);
      return;
    }
    const member = this.of(endpoint);
    if (member) act(member._conversation, member);
  }

  #onDisconnect(endpoint: string): void {
    if (endpoint === '') {
      this._end('client close');
      return;
    }
    const member = this.#members?.get(endpoint);
    if (member instanceof EndpointClient) this._leave(member, 'client close');
    else if (member) member.isWanted = false;
  }

  /** Only endpoints that the application has declared exist; the root is joined already. */
  #join({ endpoint: name }: ConnectPacket): void {
    const endpoint = this.#context.endpoints.get(name);
    if (!endpoint) return;
    const member = this.#members?.get(name);
    if (member instanceof EndpointClient) {
      this._sendPayload(`1::${name}`);
    } else if (member) {
      // `authorize` is called for one join at a time.
      member.isWanted = true;
    } else if (endpoint._isOpen) {
      this.#enter(endpoint);
    } else {
      const join = new PendingJoin();
      (this.#members ??= new Map()).set(name, join);
      void endpoint._admits(this).then((isAdmitted) => this.#onVerdict(endpoint, join, isAdmitted));
    }
  }

  #onVerdict(endpoint: Endpoint, join: PendingJoin, isAdmitted: boolean): void {
    // The session may have ended.
    if (this.#members?.get(endpoint.name) !== join) return;
    this.#members.delete(endpoint.name);
    if (!join.isWanted) return;
    if (isAdmitted) this.#enter(endpoint);
    else this._sendPayload(`7::${endpoint.name}:2`);
  }

  #enter(endpoint: Endpoint): void {
    const member = new EndpointClient(this, endpoint);
    (this.#members ??= new Map()).set(endpoint.name, member);
    this._sendPayload(`1::${endpoint.name}`);
    member._joined();
  }
}
