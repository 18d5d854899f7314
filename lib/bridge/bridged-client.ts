import { recordReceived, recordSent } from '../metrics/record.js';
import type { Target } from '../rooms/broadcast-operator.js';
import { Client, type Host } from '../session/client.js';
import { setOwn } from '../session/client-info.js';
import type { DisconnectReason } from '../session/state.js';
import {
  NamedEvent,
  type Answer,
  type EventChannel,
  type Outlet,
} from '../events/event-channel.js';
import { HandshakeData } from '../session/v1/handshake-data.js';
import { rethrowAsync } from '../events/emit.js';
import { toShared } from '../session/events/to-shared.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { AwayRooms } from './away-rooms.js';
import type { OfficialClients } from './official-clients.js';
import { isRecoverable, toReason } from './disconnect-reasons.js';
import type { OfficialConnection, OfficialSocket } from './official.js';
import { OfficialEvents } from './official-events.js';
import { discard } from './send-buffers.js';
import { SocketConnection } from './socket-connection.js';

/** Protocols of engine.io, and the clients of Socket.IO that use them. */
const OLD_PROTOCOL = 3;

/**
 * A client of Socket.IO 2 to 4 as a client of the Listener. Its heartbeats and connections are the
 * task of the official server.
 *
 * @example
 * listener.on('connection', (client) => {
 *   if (client instanceof BridgedClient) client.socket.emit('welcome', client.id);
 * });
 */
export class BridgedClient extends Client {
  readonly #group: OfficialClients;
  readonly #events: OfficialEvents;
  #current: SocketConnection;
  #away: AwayRooms | null = null;
  #handshake: HandshakeData | null = null;
  #lastRooms: ReadonlySet<string> = new Set();

  /** @internal */
  constructor(
    listener: Host,
    sessionId: string,
    connection: SocketConnection,
    group: OfficialClients,
    recoveryMs: number,
  ) {
    const timings = { timeout: null, heartbeatInterval: 0, closeTimeout: recoveryMs };
    super(listener, sessionId, connection, connection.type, timings);
    this.#group = group;
    this.#current = connection;
    const emit = (event: NamedEvent, callback: Answer | null, isVolatile: boolean) => {
      group.emitTo(this, event, callback, isVolatile);
      // The official server keeps the callback.
      return (): void => undefined;
    };
    const outlet: Outlet = {
      timers: listener._timers,
      sendEvent: (name, args, callback, isVolatile) =>
        emit(new NamedEvent(name, args), callback, isVolatile),
      sendMessage: (message, callback, isVolatile) =>
        emit(new NamedEvent('message', [message]), callback, isVolatile),
    };
    this.#events = new OfficialEvents(this, outlet, group.crossing, connection.official);
    // Not a secret, unlike the session id of 0.6: the official server publishes it too.
    this.id = sessionId;
  }

  /** The official socket: named events, acknowledgements, binary data. Another one after a recovery. */
  get socket(): OfficialSocket {
    return this.#current.official;
  }

  set socket(value: OfficialSocket) {
    setOwn(this, 'socket', value);
  }

  /** `polling`, `websocket` or `webtransport`; changes when the client upgrades. */
  override get transport(): string {
    return this._official.conn.transport.name;
  }

  override send(message: unknown): this {
    this._sendShared(toShared(message));
    return this;
  }

  override join(room: Target): this {
    this.#group.add(this, room);
    return this;
  }

  override leave(room: Target): this {
    this.#group.delete(this, room);
    return this;
  }

  override get rooms(): Set<string> {
    return this.#group.of(this);
  }

  override set rooms(value: Set<string>) {
    setOwn(this, 'rooms', value);
  }

  /** @internal `4` for clients of Socket.IO 3 and 4, which have one protocol; `2` for those of 1 and 2. */
  override get _protocol(): string {
    return this._official.conn.protocol === OLD_PROTOCOL ? '2' : '4';
  }

  /** @internal */
  override get _handshake(): HandshakeData {
    const { request, remoteAddress = '' } = this;
    return (this.#handshake ??= new HandshakeData(
      request,
      remoteAddress,
      this.#group.isSecure(request),
      true,
    ));
  }

  /** @internal */
  override get _channel(): EventChannel {
    return this.#events.channel;
  }

  /** @internal */
  override _sendShared(shared: SharedPayload): void {
    if (!this.connected) return;
    recordSent(this, shared.payload, shared.messages);
    this.#group.sendTo(this, shared);
  }

  /** @internal */
  override _end(reason: DisconnectReason): void {
    if (this.disconnectReason !== null) return;
    const { conn } = this._official;
    super._end(reason);
    if (reason === 'queue overflow') discard(conn);
    this.#group.onEnd(this, reason);
  }

  /** @internal */
  override _drain(): void {
    this.#current.isLeft = true;
    super._drain();
  }

  /** @internal The official server drops volatile events while its transport is busy. */
  override _takesVolatile(messages: number): boolean {
    if (this._officialConnection?.transport.writable !== false) {
      return super._takesVolatile(messages);
    }
    this.listener._counters.messagesDropped += messages;
    return false;
  }

  /** @internal The official socket, even if the application has replaced `socket`. */
  get _official(): OfficialSocket {
    return this.#current.official;
  }

  /** @internal The connection, unless it is lost and may be recovered. */
  get _officialConnection(): OfficialConnection | null {
    return this.#away === null ? this._official.conn : null;
  }

  /** @internal The rooms while the connection is lost and may be recovered; otherwise null. */
  get _away(): AwayRooms | null {
    return this.#away;
  }

  /** @internal The official rooms, also after the official socket has left them. */
  get _officialRooms(): ReadonlySet<string> {
    return this.#away?.now ?? (this.connected ? this._official.rooms : this.#lastRooms);
  }

  /** @internal Emits messages; with too many at once, none is emitted and the session ends. */
  _onMessages(messages: readonly unknown[], answer?: Answer): void {
    const { maxMessages } = this.listener.options;
    if (maxMessages > 0 && messages.length > maxMessages) {
      this._end('protocol error');
      return;
    }
    if (this.#isTooFast(messages)) return;
    for (const message of messages) {
      if (!this.connected) break;
      if (answer && messages.length === 1) this.#emitQuestion(message, answer);
      else this._emitMessage(message);
    }
  }

  /** @internal A named event that only `client.events` emits. */
  _onNamedEvent(event: NamedEvent): void {
    if (!this.#isTooFast([event])) recordReceived(this, event);
  }

  /** @internal True if a handler of messages has a parameter for the function that answers. */
  get _answersMessages(): boolean {
    return this.listeners('message').some((handler) => handler.length > 1);
  }

  /** @internal The official socket is about to leave its rooms. */
  _onLeaving(): void {
    this.#lastRooms = new Set(this._official.rooms);
  }

  /** @internal A socket of this client has disconnected; not necessarily the current one. */
  _onSocketDisconnect(connection: SocketConnection, officialReason: string): void {
    if (connection !== this.#current || this.#away !== null) return;
    const reason = toReason(officialReason);
    if (reason === 'heartbeat timeout') this.listener._counters.heartbeatsMissed++;
    if (!isRecoverable(officialReason) || !this._timing('closeTimeout')) {
      this._end(reason);
      return;
    }
    this.#away = new AwayRooms(this.#lastRooms);
    this._detach(connection, reason);
  }

  /** @internal The official server has recovered the connection, with another socket. */
  _onRecover(connection: SocketConnection): void {
    this.#away?.applyTo(connection.official);
    this.#away = null;
    this.#current = connection;
    this.#events.listen(connection.official);
    this._attach(connection);
  }

  #isTooFast(messages: readonly unknown[]): boolean {
    const { _rates } = this.listener;
    if (_rates === null) return false;
    return _rates.isExceeded(
      this,
      messages.map((message) =>
        typeof message === 'string' ? message : (JSON.stringify(message) ?? ''),
      ),
    );
  }

  #emitQuestion(message: unknown, answer: Answer): void {
    recordReceived(this, message);
    try {
      this.emit('message', message, answer);
    } catch (error) {
      rethrowAsync(error);
    }
    this.listener._onClientMessage(message, this);
  }
}
