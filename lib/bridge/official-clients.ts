/**
 * The sockets of an official server as a group of clients of a Listener.
 *
 * Their rooms are the official rooms, so that both servers agree. A broadcast is one call of the
 * official adapter, for the sockets of this process only: those of other processes are reached by
 * the bus of the Listener, with any adapter of the official server.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../access/refusal.js';
import { recordSent, recordSentToAll } from '../metrics/record.js';
import type { RemoteClient, SessionRooms, Target } from '../rooms/broadcast-operator.js';
import type { Selection } from '../rooms/client-group.js';
import { LocalClient } from '../rooms/local-client.js';
import { roomNames } from '../rooms/room-names.js';
import type { ClientInfo } from '../session/client-info.js';
import type { DisconnectReason } from '../session/state.js';
import { rethrowAsync } from '../events/emit.js';
import type { Answer, NamedEvent } from '../events/event-channel.js';
import { sessionId as randomId } from '../session/session-id.js';
import { toShared } from '../session/events/to-shared.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { BridgedClient } from './bridged-client.js';
import type { ExternalGroup, ListenerPort } from './listener-port.js';
import { isReservedName, toEvents } from './messages.js';
import type {
  Middleware,
  OfficialNamespace,
  OfficialOperator,
  OfficialSocket,
} from './official.js';
import { SendBuffers } from './send-buffers.js';
import { PacketCounter, requestOf, SocketConnection } from './socket-connection.js';

/**
 * For these clients, the id of a socket is that of its connection: with it, a client can take over
 * the connection.
 */
const isIdSecret = ({ conn }: OfficialSocket): boolean => conn.protocol === 3;

/**
 * After one of these reasons, the official server can recover the socket, but the session has
 * ended.
 */
const IS_FINAL: ReadonlySet<DisconnectReason> = new Set<DisconnectReason>([
  'server disconnect',
  'queue overflow',
  'protocol error',
  'rate limit',
]);

export interface OfficialClientsOptions {
  /** The events that cross the bridge. */
  readonly events: ReadonlySet<string>;
  /** True if the official `socket.emit` may be later than broadcasts that follow. */
  readonly emitsByAdapter: boolean;
  /** Lets the official server refuse connections from now on. */
  refuseNew(): void;
  /** How long a lost socket can be recovered, in milliseconds; 0: it cannot. */
  recoveryTime(): number;
}

export class OfficialClients implements ExternalGroup, SessionRooms {
  readonly isLocal = true;
  /** The events that cross the bridge. */
  readonly crossing: ReadonlySet<string>;
  readonly #port: ListenerPort;
  readonly #namespace: OfficialNamespace;
  readonly #options: OfficialClientsOptions;
  readonly #buffers: SendBuffers;
  readonly #packets: PacketCounter;
  /** By the ids of their sockets. */
  readonly #clients = new Map<string, BridgedClient>();
  /** Clients whose connection is lost and may be recovered. */
  readonly #away = new Set<BridgedClient>();
  /**
   * Sockets that must not be recovered, with the time until which the official server could do it.
   */
  readonly #ended = new Map<string, number>();
  /** Called when the group closes. */
  onClose: () => void = () => undefined;
  #isClosed = false;

  constructor(port: ListenerPort, namespace: OfficialNamespace, options: OfficialClientsOptions) {
    this.#port = port;
    this.#namespace = namespace;
    this.#options = options;
    this.crossing = options.events;
    this.#packets = new PacketCounter(port.host._counters);
    this.#buffers = new SendBuffers(
      () => port.host.options.maxBuffer,
      () => this.#clients.values(),
    );
    namespace.use(this.#verify);
    namespace.on('connection', this.#onConnection);
    for (const socket of namespace.sockets.values()) this.#adopt(socket);
  }

  /** The number of clients. */
  get size(): number {
    return this.#clients.size;
  }

  send(shared: SharedPayload, { rooms, except }: Selection): void {
    // An empty list of rooms selects no client here, and all in Socket.IO 4.
    if (this.#clients.size === 0 || rooms?.length === 0) return;
    const selection = { rooms, except };
    const without = shared.isVolatile ? [...except, ...this.#busy(shared, selection)] : except;
    const reached = { rooms, except: without };
    const list = (): BridgedClient[] => this.#select(reached);
    recordSentToAll(this.#port.host, shared, this.count(reached), list);
    this.#emit(this.#operator(rooms, without), shared);
  }

  /** Sends to one client. */
  sendTo(client: BridgedClient, shared: SharedPayload): void {
    this.#emit(this.#targetOf(client), shared);
  }

  /** Sends an event to one client, with its values as they are. */
  emitTo(
    client: BridgedClient,
    event: NamedEvent,
    callback: Answer | null,
    isVolatile: boolean,
  ): void {
    if (!client.connected || (isVolatile && !client._takesVolatile(1))) return;
    const { name, args = [] } = event;
    recordSent(client, event, 1);
    if (isReservedName(name)) {
      this.sendTo(client, toShared(event));
      return;
    }
    const { _official: socket } = client;
    if (callback) socket.emit(name, ...args, callback);
    else this.#targetOf(client).emit(name, ...args);
    this.#buffers.onSend(sizeOf(args));
  }

  join(selection: Selection, rooms: readonly string[]): void {
    for (const client of this.#select(selection)) this.add(client, rooms);
  }

  leave(selection: Selection, rooms: readonly string[]): void {
    for (const client of this.#select(selection)) this.delete(client, rooms);
  }

  disconnect(selection: Selection): void {
    for (const client of this.#select(selection)) client._close('server disconnect');
  }

  count(selection: Selection): number {
    const isAll = selection.rooms === null && selection.except.length === 0;
    return isAll ? this.#clients.size : this.#select(selection).length;
  }

  list(selection: Selection): RemoteClient[] {
    return this.#select(selection).map((client) => new LocalClient(client, this));
  }

  /** Adds a client to rooms. Does nothing for a session that has ended. */
  add(info: ClientInfo, target: Target): void {
    const rooms = roomNames(target);
    if (!info.connected) return;
    const { _official: socket, _away } = info as BridgedClient;
    if (_away === null) socket.join([...rooms]);
    else for (const room of rooms) _away.now.add(room);
  }

  /** Removes a client from rooms. */
  delete(info: ClientInfo, target: Target): void {
    const { _official: socket, sessionId, _away } = info as BridgedClient;
    for (const room of roomNames(target)) {
      if (room === socket.id || room === sessionId) continue;
      if (_away === null) socket.leave(room);
      else _away.now.delete(room);
    }
  }

  /** The rooms of a client, that of its session id first; without an id that is a secret. */
  of(info: ClientInfo): Set<string> {
    const { _official: socket, sessionId, _officialRooms } = info as BridgedClient;
    const rooms = new Set([sessionId, ..._officialRooms]);
    if (socket.id !== sessionId) rooms.delete(socket.id);
    return rooms;
  }

  /** True if the client of a request uses TLS. */
  isSecure(request: IncomingMessage): boolean {
    return this.#port.isSecure(request);
  }

  /** A client has ended. */
  onEnd(client: BridgedClient, reason: DisconnectReason): void {
    const { id } = client._official;
    if (this.#away.delete(client) && IS_FINAL.has(reason)) this.#preventRecovery(id);
    if (this.#clients.get(id) === client) this.#clients.delete(id);
  }

  refuseNew(): void {
    this.#options.refuseNew();
  }

  /** Ends all clients. The official server stays as it is. */
  endAll(): void {
    this.#clients.forEach((client) => client._end('server close'));
  }

  /** Ends all clients; sockets that connect later do not become clients of the Listener. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#namespace.off('connection', this.#onConnection);
    this.endAll();
    this.onClose();
  }

  readonly #verify: Middleware = (socket, next) => {
    if (this.#isClosed) next();
    else this.#port.verify(requestOf(socket), socket.conn, next, (why) => next(toError(why)));
  };

  readonly #onConnection = (socket: OfficialSocket): void => {
    // A handler of the application before this one may have disconnected it.
    if (this.#isClosed || !socket.connected) return;
    const known = this.#clients.get(socket.id);
    if (known?._away) this.#recover(known, socket);
    else if (socket.recovered && this.#ended.has(socket.id)) socket.disconnect(true);
    else if (!known) this.#open(socket);
  };

  /** A socket that was connected before there was a bridge. */
  #adopt(socket: OfficialSocket): void {
    this.#port.verify(
      requestOf(socket),
      socket.conn,
      () => this.#onConnection(socket),
      () => socket.disconnect(true),
    );
  }

  #open(socket: OfficialSocket): void {
    const connection = this.#connectionOf(socket);
    if (!this.#port.isWithinLimits(connection.request)) {
      socket.disconnect(true);
      return;
    }
    const sessionId = isIdSecret(socket) ? randomId() : socket.id;
    const recoveryMs = isIdSecret(socket) ? 0 : this.#options.recoveryTime();
    const { host } = this.#port;
    const client = new BridgedClient(host, sessionId, connection, this, recoveryMs);
    if (sessionId !== socket.id) socket.join(sessionId);
    this.#clients.set(socket.id, client);
    this.#listen(client, connection);
    client._attach(connection);
  }

  #recover(client: BridgedClient, socket: OfficialSocket): void {
    this.#away.delete(client);
    const connection = this.#connectionOf(socket);
    this.#listen(client, connection);
    client._onRecover(connection);
  }

  #listen(client: BridgedClient, connection: SocketConnection): void {
    const socket = connection.official;
    socket.once('disconnecting', () => client._onLeaving());
    const onEnd = (reason: string): void => {
      client._onSocketDisconnect(connection, reason);
      if (client._away && client.connected) this.#away.add(client);
    };
    socket.once('disconnect', onEnd);
    // An application may have removed the listeners of the socket.
    socket.conn.once('close', () => onEnd('transport close'));
  }

  #connectionOf(socket: OfficialSocket): SocketConnection {
    this.#packets.add(socket.conn);
    return new SocketConnection(socket);
  }

  /** The session ids of selected clients that cannot take a volatile payload now. */
  #busy({ messages }: SharedPayload, selection: Selection): string[] {
    return this.#select(selection)
      .filter((client) => !client._takesVolatile(messages))
      .map(({ sessionId }) => sessionId);
  }

  /** The target that keeps the order of messages to one client. */
  #targetOf({ _official: socket }: BridgedClient): OfficialOperator | OfficialSocket {
    return this.#options.emitsByAdapter ? this.#namespace.local.to([socket.id]) : socket;
  }

  #operator(rooms: readonly string[] | null, except: readonly string[]): OfficialOperator {
    const selection = { rooms, except };
    const [to, not] = [[...(rooms ?? [])], [...except]];
    for (const { _away, _official } of this.#away) {
      const isSelected = _away?.isSelected(selection);
      if (isSelected === _away?.isSelectedOfficially(selection)) continue;
      (isSelected ? to : not).push(_official.id);
    }
    const operator = rooms === null ? this.#namespace.local : this.#namespace.local.to(to);
    return not.length > 0 ? operator.except(not) : operator;
  }

  #emit(target: OfficialOperator | OfficialSocket, shared: SharedPayload): void {
    try {
      for (const { name, args } of toEvents(shared, this.crossing)) target.emit(name, ...args);
    } catch (error) {
      // A parser or an adapter of the application has thrown.
      rethrowAsync(error);
    }
    this.#buffers.onSend(shared.payload.length);
  }

  /** The selected clients, as a copy: the caller may change the selection while it iterates. */
  #select({ rooms, except }: Selection): BridgedClient[] {
    const candidates = rooms === null ? this.#clients.values() : this.#inRooms(rooms);
    if (except.length === 0) return [...candidates];
    return [...candidates].filter(
      ({ _officialRooms }) => !except.some((room) => _officialRooms.has(room)),
    );
  }

  #inRooms(rooms: readonly string[]): Set<BridgedClient> {
    const clients = new Set<BridgedClient>();
    for (const room of rooms) {
      for (const id of this.#namespace.adapter.rooms.get(room) ?? []) {
        const client = this.#clients.get(id);
        if (client) clients.add(client);
      }
      for (const client of this.#away) {
        if (client._officialRooms.has(room)) clients.add(client);
      }
    }
    return clients;
  }

  #preventRecovery(id: string): void {
    const now = Date.now();
    for (const [other, until] of this.#ended) {
      if (until < now) this.#ended.delete(other);
    }
    this.#ended.set(id, now + this.#options.recoveryTime());
  }
}

/** The size of the texts and bytes among values; not of objects, which would have to be encoded. */
function sizeOf(values: readonly unknown[]): number {
  let size = 0;
  for (const value of values) {
    if (typeof value === 'string') size += value.length;
    else if (ArrayBuffer.isView(value)) size += value.byteLength;
  }
  return size;
}

/** The error that the official server sends as `connect_error`; clients of version 2 get its data. */
function toError({ code, status, message }: Refusal): Error {
  return Object.assign(new Error(message), { data: { code, status, message } });
}
