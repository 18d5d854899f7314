import type { WebSocket } from 'ws';
import { noop, type WebSocketLike } from '../../../client/core/platform.js';
import type { Transport } from '../../../client/core/transport.js';
import type { XHR } from '../../../client/core/transports/xhr.js';
import { Socket } from '../../../client/node/index.js';
import { Ended } from '../../support/bytes.js';
import {
  Driver,
  type DriverOptions,
  type Kind,
  Refused,
  ServerEventsDriver,
  type Variant,
  WebsocketDriver,
  XhrPollingDriver,
} from '../../support/drivers/index.js';
import { Queue } from '../../support/queue.js';
import { until, within } from '../../support/wait.js';

type Type = new (port: number, options?: DriverOptions) => Driver;

/** Drives one transport with the Node client; the test answers heartbeats itself. */
class NodeClientDriver extends Driver {
  readonly transport: string;
  readonly kind: Kind;
  readonly #raw: Driver;
  readonly #socket: Socket;
  #payloads: Queue<string> = new Queue();

  constructor(raw: Driver, options: DriverOptions = {}) {
    super(raw.port, options);
    this.#raw = raw;
    this.transport = raw.transport;
    this.kind = raw.kind;
    const { resource = 'socket.io', headers = {} } = options;
    this.#socket = new Socket(`http://127.0.0.1:${raw.port || 80}/${resource}`, {
      headers,
      transports: [raw.transport],
      transportOptions: { [raw.transport]: { timeout: 0 } },
      connectTimeout: 0,
      reconnect: false,
      maxPayload: 0,
    });
    this.#socket.on('connecting', () => this.#collect());
  }

  nextPayload(): Promise<string> {
    return this.#payloads.next('a payload');
  }

  async send(payload: string): Promise<void> {
    const { transport } = this.#socket;
    if (transport && 'socket' in transport) {
      const socket = transport.socket as WebSocket;
      await new Promise((resolve) => socket.send(payload, resolve));
      return;
    }
    const xhr = transport as XHR;
    await until(() => !xhr.posting, 'the previous POST to end');
    xhr.sendIORequest(payload);
    await until(() => !xhr.posting || xhr._isClosed === true, 'a response to the POST');
  }

  drop(): void {
    this.#socket.transport?.onDisconnect();
  }

  async close(): Promise<void> {
    const { transport } = this.#socket;
    const socket = transport && 'socket' in transport ? (transport.socket as WebSocket) : null;
    const closed = socket && new Promise((resolve) => socket.once('close', resolve));
    this.#socket.disconnect();
    if (closed) await within(closed, () => 'the WebSocket to close');
    else await until(() => !(transport as XHR).posting, 'the POSTs to end');
    // the close request is separate
    for (let status = closed ? 404 : 0; status !== 404;) {
      status = (await this.refusal(this.sessionId)).status;
    }
  }

  async ended(): Promise<void> {
    await until(() => !this.#socket.connected, 'the client to notice the end');
    const rest = await this.#payloads.next('the end').catch((error: unknown) => error);
    if (!(rest instanceof Ended)) throw new Error(`Unexpected: ${String(rest)}`);
  }

  opening(sessionId: string): Buffer {
    return this.#raw.opening(sessionId);
  }

  protected async connect(sessionId: string): Promise<void> {
    const socket = this.#socket;
    socket.transport?._end(0);
    socket.onDisconnect();
    if (sessionId !== '') {
      socket._session ??= socket.getTransport();
      Object.assign(socket._session ?? {}, { sessionid: sessionId });
    }
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once('connect_failed', () => reject(new Refused(0)));
        socket.connect(resolve);
      }),
      () => 'the client to connect',
    );
  }

  /** Collects the payloads of a new connection. */
  #collect(): void {
    const transport = this.#socket.transport as Transport & { socket?: WebSocketLike };
    const payloads = (this.#payloads = new Queue());
    const onData = transport.onData.bind(transport);
    transport.onHeartbeat = noop;
    transport.onData = (payload) => {
      if (payload !== '') payloads.push(payload);
      onData(payload);
    };
    this.#socket.once('disconnect', () => payloads.fail(new Ended('The client is disconnected')));
  }
}

function variant(Raw: Type): Variant {
  const { transport } = new Raw(0);
  return {
    name: `${transport}, with the Node client`,
    create: (port, options) => new NodeClientDriver(new Raw(port, options), options),
  };
}

/** The transports of the Node client. */
export const NODE_VARIANTS: readonly Variant[] = [
  variant(WebsocketDriver),
  variant(ServerEventsDriver),
  variant(XhrPollingDriver),
];
