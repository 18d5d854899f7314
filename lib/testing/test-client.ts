import type { Agent } from 'node:http';
import { closestName } from '../util/closest-name.js';
import { encodePacket } from '../protocol/v1/index.js';
import { connect, type Connection } from './connection.js';
import { TestConversation, type Outlet } from './conversation.js';
import {
  GENERATIONS,
  TRANSPORTS,
  type Generation,
  type Incoming,
  type Outgoing,
  type Place,
  type Post,
} from './generation.js';
import { request } from './memory/http.js';
import { Inbox } from './inbox.js';
import type { Network } from './memory/network.js';
import { TestError } from './test-error.js';

/** The options of {@link TestServer.connect}. */
export interface ConnectOptions {
  /** The generation of the client, as in the option `protocols` of `io.listen`. @default '0.6' */
  readonly protocol?: '0.6' | '0.9';
  /**
   * The transport: `websocket`, `flashsocket`, `htmlfile`, `xhr-polling`, `jsonp-polling`; with 0.6
   * also `xhr-multipart` and `server-events`.
   *
   * @default 'websocket'
   */
  readonly transport?: string;
  /** The option `resource` of the Listener. @default 'socket.io' */
  readonly resource?: string;
  /** The query of the URLs. @default {} */
  readonly query?: Readonly<Record<string, string>>;
  /** Headers of every request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** The IP address of the client. @default '127.0.0.1' */
  readonly address?: string;
  /** Whether heartbeats are answered. @default true */
  readonly answersHeartbeats?: boolean;
  /** How long the client waits for a message, in milliseconds of real time. @default 1500 */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 1500;

const OPTION_NAMES: Readonly<Record<keyof ConnectOptions, true>> = {
  protocol: true,
  transport: true,
  resource: true,
  query: true,
  headers: true,
  address: true,
  answersHeartbeats: true,
  timeout: true,
};

function checkNames(options: ConnectOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTION_NAMES, name)) continue;
    const meant = closestName(name, Object.keys(OPTION_NAMES));
    const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
    throw new TypeError(`Unknown option \`${name}\`${hint}`);
  }
}

/** Clients of these versions use the protocol of 0.9. */
const VERSIONS_OF_V1 = new Set(['0.7', '0.8']);

function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const meant = VERSIONS_OF_V1.has(value) ? '0.9' : closestName(value, known);
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
  throw new TypeError(
    `Expected \`${name}\` to be one of ${known.join(', ')}, got '${value}'${hint}`,
  );
}

/** A client of a Listener whose connections are in memory. Created by {@link TestServer.connect}. */
export class TestClient extends TestConversation {
  readonly protocol: '0.6' | '0.9';
  readonly transport: string;
  /** Whether heartbeats are answered; false: the client is silent, as if it were gone. */
  answersHeartbeats: boolean;
  readonly #generation: Generation;
  readonly #agent: Agent;
  readonly #network: Network;
  readonly #options: ConnectOptions;
  readonly #opened: Inbox<string>;
  readonly #ended: Inbox<true>;
  readonly #joined: Inbox<boolean>;
  readonly #endpoints = new Map<string, TestConversation>();
  readonly #acks = new Map<string, (...values: unknown[]) => void>();
  #connection: Connection | null = null;
  #sessionId = '';
  #count = 0;
  #ackCount = 0;
  /** The POST before the next one. */
  #posts: Promise<void> = Promise.resolve();

  private constructor(network: Network, agent: Agent, options: ConnectOptions) {
    const { protocol = '0.6', transport = 'websocket', timeout = DEFAULT_TIMEOUT_MS } = options;
    checkNames(options);
    checkChoice('protocol', protocol, Object.keys(GENERATIONS));
    checkChoice('transport', transport, TRANSPORTS[protocol]);
    const outlet: Outlet = {
      network,
      timeout,
      hasAcks: protocol === '0.9',
      send: (outgoing) => this.#send(outgoing),
      sendAck: (endpoint, ackId, args) =>
        this.#write([encodePacket({ type: 'ack', endpoint, ackId, args })]),
      awaitAck: (callback) => {
        const id = String(++this.#ackCount);
        this.#acks.set(id, callback);
        return id;
      },
    };
    super(outlet, '');
    this.protocol = protocol;
    this.transport = transport;
    this.answersHeartbeats = options.answersHeartbeats ?? true;
    this.#generation = GENERATIONS[protocol];
    this.#agent = agent;
    this.#network = network;
    this.#options = options;
    this.#opened = new Inbox('the session to open', network, timeout);
    this.#ended = new Inbox('the connection to end', network, timeout);
    this.#joined = new Inbox('the endpoint to be joined', network, timeout);
    this.#outlet = outlet;
  }

  readonly #outlet: Outlet;

  /** @internal */
  static async _open(network: Network, agent: Agent, options: ConnectOptions): Promise<TestClient> {
    const client = new TestClient(network, agent, options);
    await client.#open();
    return client;
  }

  /** The id of the session. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /** True while there is a connection. A polling client has one until its session ends. */
  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /**
   * Joins an endpoint of the Listener; clients of 0.9 only. Resolves when the server has admitted
   * the client.
   *
   * @throws {TestError} `ERR_SIO_TEST_REFUSED` if it does not, `ERR_SIO_TEST_TIMEOUT` if the Listener
   *   does not have the endpoint.
   */
  async join(endpoint: string): Promise<TestConversation> {
    if (this.protocol !== '0.9') throw new TypeError('Clients of 0.6 have no endpoints');
    const conversation = new TestConversation(this.#outlet, endpoint);
    this.#endpoints.set(endpoint, conversation);
    await this.#write([encodePacket({ type: 'connect', endpoint })]);
    if (await this.#joined.next()) return conversation;
    this.#endpoints.delete(endpoint);
    const message = `The server refused the endpoint ${endpoint}`;
    throw new TestError('ERR_SIO_TEST_REFUSED', message);
  }

  /** Leaves the session as clients of the transport do. */
  async disconnect(): Promise<void> {
    const { endText, closeRequest } = this.#generation;
    const connection = this.#requireConnection();
    if (endText !== undefined) await this.#write([endText]);
    else if (connection.close) connection.close();
    else if (closeRequest) await this.#post(closeRequest(this.#place));
    await this.#network.settle();
    this.#end('The client has disconnected');
    connection.drop();
    await this.#network.settle();
  }

  /** Breaks the connection without a word, as a lost network does. */
  async drop(): Promise<void> {
    this.#requireConnection().drop();
    this.#end('The connection was dropped');
    await this.#network.settle();
  }

  /**
   * Connects again with the same session; clients of 0.6, and polling clients of 0.9.
   *
   * @throws {TestError} `ERR_SIO_TEST_REFUSED` if the server does not have the session any more.
   */
  async resume(): Promise<void> {
    if (this.#connection) throw new Error('The client is connected: call drop() first');
    this._recover();
    this.#ended.recover();
    this.#connection = await this.#connect();
    await this.#network.settle();
  }

  /** Stops reading from the connection; a polling client does not poll again. */
  pause(): void {
    this.#requireConnection().pause();
  }

  /** Reads on. Resolves when what was held back has arrived. */
  async unpause(): Promise<void> {
    this.#requireConnection().unpause();
    await this.#network.settle();
  }

  /**
   * Waits until the connection has ended. For a polling client, the session has.
   *
   * @throws {TestError} `ERR_SIO_TEST_TIMEOUT` if it does not end within `timeout`.
   */
  async ended(): Promise<void> {
    if (this.#connection) await this.#ended.next();
  }

  async #open(): Promise<void> {
    this.#start().catch((error: Error) => this.#opened.fail(error));
    await this.#opened.next();
    await this.#network.settle();
  }

  async #start(): Promise<void> {
    const path = this.#generation.handshakePath?.(this.#place);
    if (path !== undefined) {
      const { headers = {} } = this.#options;
      const { status, body } = await request(this.#agent, path, { headers });
      if (status !== 200) throw TestError.refused(status, body);
      this.#sessionId = body.split(':', 1)[0] as string;
    }
    this.#connection = await this.#connect();
  }

  #connect(): Promise<Connection> {
    return connect({
      agent: this.#agent,
      transport: this.transport,
      path: () => this.#generation.downPath(this.#place, ++this.#count),
      headers: this.#options.headers ?? {},
      onPayload: (payload) => this.#onPayload(payload),
      onEnd: () => this.#end('The server has ended the connection'),
    });
  }

  get #place(): Place {
    const { resource = 'socket.io', query = {} } = this.#options;
    const parameters = new URLSearchParams(query).toString();
    return {
      root: `/${resource.replace(/^\/+|\/+$/g, '')}/`,
      transport: this.transport,
      sessionId: this.#sessionId,
      query: parameters === '' ? '' : `?${parameters}`,
    };
  }

  #requireConnection(): Connection {
    if (this.#connection) return this.#connection;
    throw new TestError('ERR_SIO_TEST_ENDED', 'The client is not connected');
  }

  async #send(outgoing: Outgoing): Promise<void> {
    await this.#write(this.#generation.write(outgoing));
    await this.#network.settle();
  }

  async #write(texts: readonly string[]): Promise<void> {
    const { send } = this.#requireConnection();
    if (!send) {
      await this.#post(this.#generation.post(this.#place, texts, ++this.#count));
      return;
    }
    await Promise.all(this.#generation.frames(texts).map((frame) => send(frame)));
  }

  /** One POST after the other, as clients do. */
  #post(post: Post): Promise<void> {
    const sent = this.#posts.then(() => this.#postNow(post));
    this.#posts = sent.catch(() => undefined);
    return sent;
  }

  async #postNow(post: Post): Promise<void> {
    const headers = { ...post.request.headers, ...this.#options.headers };
    const { status, body } = await request(this.#agent, post.path, { ...post.request, headers });
    if (status !== 200 || body !== post.response) throw TestError.refused(status, body);
  }

  #onPayload(payload: string): void {
    for (const text of this.#generation.texts(payload, this.transport)) {
      this.#onIncoming(this.#generation.read(text, this.#place));
    }
  }

  #onIncoming(incoming: Incoming): void {
    switch (incoming.type) {
      case 'session':
        this.#sessionId = incoming.id;
        this.#opened.push(incoming.id);
        break;
      case 'heartbeat':
        // The session may end meanwhile.
        if (this.answersHeartbeats) this.#write([incoming.echo]).catch(() => undefined);
        break;
      case 'message':
      case 'event':
        this.#conversation(incoming.endpoint)?._receive(incoming);
        break;
      case 'ack':
        this.#acks.get(incoming.id)?.(...incoming.args);
        this.#acks.delete(incoming.id);
        break;
      case 'joined':
      case 'denied':
        this.#joined.push(incoming.type === 'joined');
        break;
      case 'left':
        this.#conversation(incoming.endpoint)?._end('The server has ended the endpoint');
        this.#endpoints.delete(incoming.endpoint);
        break;
      case 'end':
        this.#connection?.drop();
        this.#end('The server has ended the session');
        break;
      case 'nothing':
        break;
    }
  }

  #conversation(endpoint: string): TestConversation | undefined {
    return endpoint === '' ? this : this.#endpoints.get(endpoint);
  }

  #end(reason: string): void {
    if (this.#connection) this.#ended.push(true);
    this.#connection = null;
    const error = new TestError('ERR_SIO_TEST_ENDED', reason);
    this.#opened.fail(error);
    this.#joined.fail(error);
    this._end(reason);
    for (const conversation of this.#endpoints.values()) conversation._end(reason);
  }
}
