/** One endpoint of a session of Socket.IO 0.7 to 0.9, seen from the client. @module */
import { EventEmitter } from 'node:events';
import { encodePacket, type Packet } from '../../../lib/protocol/v1/index.js';
import { rethrowAsync } from '../../../lib/events/emit.js';
import type { Answer, EventChannel } from '../../../lib/events/event-channel.js';
import {
  Conversation,
  type PacketWriter,
  type Receiver,
} from '../../../lib/events/conversation.js';
import { Timers } from '../../../lib/util/timers.js';

/** What an endpoint needs of its session. */
export interface PacketSession {
  readonly sessionId: string;
  /** True while there is a connection. */
  readonly isOpen: boolean;
  /** Sends a packet; without a connection it is queued. */
  write(packet: string): void;
  /** Too many acknowledgements are pending. */
  onOverflow(): void;
}

/** Events of an endpoint. */
export interface EndpointSocketEvents {
  /** The endpoint has been joined, also again after a reconnect. */
  connect: [];
  /** The server does not let the client join. */
  connect_failed: [];
  /** A message; `answer` is present if the server requests one. */
  message: [message: unknown, answer?: Answer];
  /** The endpoint has been left, or the connection has closed. */
  disconnect: [];
}

/** The timers of all clients of the process, made when the first timeout is set. */
let timers: Timers | undefined;

/**
 * An endpoint of a server of Socket.IO 0.7 to 0.9, as `socket.of(name)` returns it; the root has the
 * empty name. What is sent before the endpoint has been joined is queued.
 *
 * @example
 * const chat = socket.of('/chat');
 * chat.events.on('said', (text) => console.log(text));
 * chat.events.emit('say', 'hello', (length) => console.log(length));
 */
export class EndpointSocket
  extends EventEmitter<EndpointSocketEvents>
  implements PacketWriter, Receiver
{
  /** `/chat` for example; empty for the root. */
  readonly name: string;
  /** True while the endpoint is joined. */
  connected = false;
  /** @internal */ readonly _conversation: Conversation;
  readonly #session: PacketSession;
  #queue: string[] = [];
  /** False after `disconnect`. */
  #isWanted = true;
  /** True if the server has ended the membership or refused it: only another request joins. */
  #isLeft = false;

  /** @internal */
  constructor(session: PacketSession, name: string) {
    super();
    if (/[:?]/.test(name)) {
      throw new TypeError(`Expected the name of an endpoint without : and ?, got ${name}`);
    }
    this.name = name;
    this.#session = session;
    this._conversation = new Conversation(this, name);
  }

  /** The id of the session; empty without a session. */
  get sessionId(): string {
    return this.#session.sessionId;
  }

  /** Named events with acknowledgements. */
  get events(): EventChannel {
    return this._conversation.events;
  }

  /**
   * Sends a message: text unchanged, any other value as JSON. `callback` is called when the server
   * acknowledges it.
   */
  send(message: unknown, callback?: Answer): this {
    this._conversation.sendMessage(message, callback ?? null, false);
    return this;
  }

  /** Joins the endpoint again after `disconnect`, or after the server has ended or refused it. */
  connect(): this {
    if (this.connected || (this.#isWanted && !this.#isLeft)) return this;
    this.#isWanted = true;
    this._conversation.reopen();
    this._join();
    return this;
  }

  /** Leaves the endpoint; the session continues. The root cannot be left: use `socket.disconnect`. */
  disconnect(): this {
    if (this.name === '' || !this.#isWanted) return this;
    this.#isWanted = false;
    this.#queue = [];
    this._conversation.close();
    if (this.#session.isOpen) {
      this.#session.write(encodePacket({ type: 'disconnect', endpoint: this.name }));
    }
    this._onLeft();
    return this;
  }

  /** @internal */
  get listener(): { readonly _timers: Timers } {
    return { _timers: (timers ??= new Timers()) };
  }

  /** @internal Requests to join, if there is a connection. */
  _join(): void {
    if (this.name !== '' && this.#isWanted && this.#session.isOpen) {
      this.#isLeft = false;
      this.#session.write(encodePacket({ type: 'connect', endpoint: this.name }));
    }
  }

  /** @internal */
  _onJoined(): void {
    if (this.connected || !this.#isWanted) return;
    this.connected = true;
    const packets = this.#queue;
    this.#queue = [];
    for (const packet of packets) this.#session.write(packet);
    this.#emitSafely('connect');
  }

  /** @internal */
  _onLeft(): void {
    this.#isLeft = true;
    if (this._close([])) this._emitDisconnect();
  }

  /** @internal */
  _onRefused(): void {
    this.#isLeft = true;
    this.#emitSafely('connect_failed');
  }

  /**
   * @internal Ends what the session had of this endpoint: what is sent from now on is queued.
   *
   * @param unsent its packets that the connection has not sent; those of the root wait in the session
   * @returns true if the endpoint was joined
   */
  _close(unsent: readonly string[]): boolean {
    if (this.name !== '' && this.#isWanted) this.#queue = [...unsent, ...this.#queue];
    this._conversation.loseAcks(this.name === '' ? unsent : this.#queue);
    const wasConnected = this.connected;
    this.connected = false;
    return wasConnected;
  }

  /** @internal */
  _emitDisconnect(): void {
    this.#emitSafely('disconnect');
  }

  /** @internal */
  _onPacket(packet: Packet): void {
    if (packet.type === 'ack') this._conversation.onAck(packet);
    else if (packet.type === 'message' || packet.type === 'json' || packet.type === 'event') {
      this._conversation.deliver(packet, this);
    }
  }

  /** @internal */
  onMessage(message: unknown, answer?: Answer): void {
    const own = this.#inThisSession(answer);
    if (own) this.#emitSafely('message', message, own);
    else this.#emitSafely('message', message);
  }

  /** @internal */
  onEvent(name: string, args: readonly unknown[], answer?: Answer): void {
    this._conversation.dispatch(name, args, this.#inThisSession(answer));
  }

  /** @internal */
  _sendPayload(packet: string): void {
    if (this.#session.isOpen) this.#session.write(packet);
  }

  /** @internal */
  _sendMessages(packet: string): void {
    if (this.connected || this.name === '') this.#session.write(packet);
    else this.#queue.push(packet);
  }

  /** @internal */
  _sendVolatile(packet: string): boolean {
    if (this.connected) this.#session.write(packet);
    return this.connected;
  }

  /** @internal */
  _overflow(): void {
    this.#session.onOverflow();
  }

  /** An answer that is dropped in later sessions, where its id belongs to another question. */
  #inThisSession(answer: Answer | undefined): Answer | undefined {
    if (!answer) return undefined;
    const { sessionId } = this;
    return (...values) => {
      if (this.sessionId === sessionId) answer(...values);
    };
  }

  #emitSafely(name: keyof EndpointSocketEvents, ...args: readonly unknown[]): void {
    try {
      this.emit(name, ...(args as never));
    } catch (error) {
      rethrowAsync(error);
    }
  }
}
