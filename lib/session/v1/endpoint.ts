/**
 * An endpoint of the application, as `listener.of` returns it, and its part of each session.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { recordReceived } from '../../metrics/record.js';
import { encodePacket } from '../../protocol/v1/index.js';
import { invalidType } from '../../util/invalid-type.js';
import type { Client } from '../client.js';
import type { DisconnectReason } from '../state.js';
import { emitEnd, rethrowAsync } from '../../events/emit.js';
import type { Answer, EventChannel } from '../../events/event-channel.js';
import type { ClientV1 } from './client-v1.js';
import { Conversation } from '../../events/conversation.js';
import { messagePacket } from '../../events/message-packet.js';

/** Decides whether a client may join an endpoint: `true` accepts it. */
export type EndpointAuthorize = (client: Client) => boolean | Promise<boolean>;

/** Options of `listener.of`. */
export interface EndpointOptions {
  /** Called at each join. @default every client may join */
  readonly authorize?: EndpointAuthorize;
}

/** Reaches the clients of an endpoint in other processes. */
export interface OtherProcesses {
  sendToEndpoint(name: string, packet: string, except: readonly string[]): void;
}

/** Events of an endpoint. */
export interface EndpointEvents {
  /** A client has joined. */
  connection: [client: EndpointClient];
}

/** Events of a client in an endpoint. */
export interface EndpointClientEvents {
  /** A message; `answer` is present if the client requests one. */
  message: [message: unknown, answer?: Answer];
  /** The client has left, or its session has ended. */
  disconnect: [reason: DisconnectReason];
}

/**
 * An endpoint: a channel in addition to the root, which clients of 0.7 to 0.9 join by its name.
 *
 * @example
 * listener.of('/chat').on('connection', (client) => {
 *   client.events.on('say', (text) => listener.of('/chat').broadcast(text));
 * });
 */
export class Endpoint extends EventEmitter<EndpointEvents> {
  /** What clients join, `/chat` for example. */
  readonly name: string;
  /** The clients that have joined, by the id of their session. */
  readonly clients: ReadonlyMap<string, EndpointClient>;
  /** @internal */ readonly _clients: Map<string, EndpointClient> = new Map();
  readonly #others: OtherProcesses | undefined;
  #authorize: EndpointAuthorize | undefined;

  /** @internal */
  constructor(name: string, { authorize }: EndpointOptions, others?: OtherProcesses) {
    super();
    if (!isName(name)) throw invalidType('name', 'text without `:` and `?`, and not empty', name);
    this.name = name;
    this.clients = this._clients;
    this.#authorize = authorize;
    this.#others = others;
  }

  /**
   * Sends a message to every client that has joined, in all processes of the option `bus`: text as it
   * is, other values as JSON.
   */
  broadcast(message: unknown, except?: string): this {
    return this.#sendToAll(messagePacket(message, this.name, {}), except);
  }

  /** Sends an event to every client that has joined, in all processes of the option `bus`. */
  broadcastEvent(name: string, args: readonly unknown[] = [], except?: string): this {
    const packet = encodePacket({ type: 'event', endpoint: this.name, name, args });
    return this.#sendToAll(packet, except);
  }

  /** @internal Changes the options that are given. */
  _configure({ authorize }: EndpointOptions): void {
    if (authorize) this.#authorize = authorize;
  }

  /** @internal Calls `authorize`. Never rejects. */
  async _admits(client: Client): Promise<boolean> {
    try {
      return (await this.#authorize?.(client)) === true;
    } catch (error) {
      process.emitWarning(`\`authorize\` of an endpoint failed: ${String(error)}`, {
        code: 'ERR_SIO_AUTHORIZE_FAILED',
      });
      return false;
    }
  }

  /** @internal True if clients may join without authorization. */
  get _isOpen(): boolean {
    return this.#authorize === undefined;
  }

  /** @internal Sends a packet to the clients of this process. */
  _sendLocal(packet: string, except: readonly string[]): void {
    for (const [sessionId, { client }] of this._clients) {
      if (!except.includes(sessionId)) client._sendMessages(packet, 1);
    }
  }

  #sendToAll(packet: string, except: string | undefined): this {
    const ids = except === undefined ? [] : [except];
    this._sendLocal(packet, ids);
    this.#others?.sendToEndpoint(this.name, packet, ids);
    return this;
  }
}

/** True for a valid name of an endpoint; the root has the empty name. */
function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !/[:?]/.test(name);
}

/** A client in an endpoint. */
export class EndpointClient extends EventEmitter<EndpointClientEvents> {
  /** The client. */
  readonly client: Client;
  /** The endpoint that it has joined. */
  readonly endpoint: Endpoint;
  /** True until `disconnect`. */
  connected = true;
  /** @internal */ readonly _conversation: Conversation;
  readonly #session: ClientV1;

  /** @internal */
  constructor(client: ClientV1, endpoint: Endpoint) {
    super();
    this.client = client;
    this.#session = client;
    this.endpoint = endpoint;
    this._conversation = new Conversation(client, endpoint.name);
  }

  /** The id of the session. */
  get sessionId(): string {
    return this.client.sessionId;
  }

  /** Named events of this endpoint. */
  get events(): EventChannel {
    return this._conversation.events;
  }

  /** Sends a message: text as it is, other values as JSON. */
  send(message: unknown): this {
    if (this.connected) this._conversation.sendMessage(message, null, false);
    return this;
  }

  /** Sends a message to every other client of the endpoint. */
  broadcast(message: unknown): this {
    this.endpoint.broadcast(message, this.sessionId);
    return this;
  }

  /** Removes the client from the endpoint; its session continues. */
  disconnect(): this {
    if (!this.connected) return this;
    this.#session._sendPayload(encodePacket({ type: 'disconnect', endpoint: this.endpoint.name }));
    this.#session._leave(this, 'server disconnect');
    return this;
  }

  /** @internal Lists the client and emits `connection`. */
  _joined(): void {
    this.endpoint._clients.set(this.sessionId, this);
    try {
      this.endpoint.emit('connection', this);
    } catch (error) {
      rethrowAsync(error);
    }
  }

  /** @internal */
  _left(reason: DisconnectReason): void {
    this.connected = false;
    this._conversation.close();
    this.endpoint._clients.delete(this.sessionId);
    emitEnd(this, 'disconnect', [], reason);
  }

  /** @internal */
  onMessage(message: unknown, answer?: Answer): void {
    recordReceived(this.client, message);
    try {
      if (answer) this.emit('message', message, answer);
      else this.emit('message', message);
    } catch (error) {
      rethrowAsync(error);
    }
  }

  /** @internal */
  onEvent(name: string, args: readonly unknown[], answer?: Answer): void {
    recordReceived(this.client, { name, args });
    this._conversation.dispatch(name, args, answer);
  }
}
