/**
 * Clients of protocol 1 over each of its transports: the connections are those of the drivers of
 * 0.6, with packets in them.
 *
 * @module
 */
import { decodePayload, encodePayload } from '../../lib/protocol/v1/index.js';
import { afterThisTest } from './cleanup.js';
import {
  HixieDriver,
  HtmlFileDriver,
  Refused,
  WebsocketDriver,
  type Kind,
} from './drivers/index.js';
import { Queue } from './queue.js';
import { RawSocket, request, requestBytes, type RequestInit, type Response } from './raw.js';
import { newSession } from './v1.js';
import { within } from './wait.js';

const RESOURCE = 'socket.io/1';
const JSON_STRING = /^io\.j\[0\]\((".*")\);$/;

/** A client of one transport; what it does not expect is an error. */
export interface V1Driver {
  readonly sessionId: string;
  readonly transport: string;
  readonly kind: Kind;
  /** The next packet that is not a noop. */
  next(): Promise<string>;
  /** Sends packets, over HTTP in one payload; fails with {@link Refused}. */
  send(...packets: string[]): Promise<void>;
  /** The connection, or the poll, ends without a word. */
  drop(): void;
  /** The server ends the connection; fails if a packet arrives before that. */
  ended(): Promise<void>;
}

/** What the drivers of sockets and streams of 0.6 have, once they are connected. */
interface Connected {
  readonly transport: string;
  readonly kind: Kind;
  nextPayload(): Promise<string>;
  send(payload: string): Promise<void>;
  resume(sessionId: string): Promise<unknown>;
  drop(): void;
  ended(): Promise<void>;
}

function postOf(transport: string, packets: readonly string[]): RequestInit {
  const payload = encodePayload(packets);
  const isForm = transport === 'jsonp-polling';
  return {
    method: 'POST',
    headers: { 'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'text/plain' },
    body: isForm ? `d=${encodeURIComponent(JSON.stringify(payload))}` : payload,
  };
}

/** Posts packets; returns the response. */
export function postPackets(
  port: number,
  { transport, sessionId }: V1Driver,
  ...packets: string[]
): Promise<Response> {
  const path = `/${RESOURCE}/${transport}/${sessionId}?t=1`;
  return request(port, path, postOf(transport, packets));
}

async function postOk(port: number, driver: V1Driver, packets: string[]): Promise<void> {
  const { status, body } = await postPackets(port, driver, ...packets);
  if (status !== 200 || body !== '1') throw new Refused(status, body);
}

/** A socket or a stream. */
class ConnectionDriver implements V1Driver {
  readonly sessionId: string;
  readonly #connection: Connected;
  readonly #port: number;
  readonly #packets: string[] = [];

  constructor(port: number, sessionId: string, connection: Connected) {
    this.#port = port;
    this.sessionId = sessionId;
    this.#connection = connection;
  }

  get transport(): string {
    return this.#connection.transport;
  }

  get kind(): Kind {
    return this.#connection.kind;
  }

  async next(): Promise<string> {
    // a frame is one packet; a script may hold several
    while (this.#packets.length === 0) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one payload after the other
      const payload = await this.#connection.nextPayload();
      this.#packets.push(...(this.kind === 'socket' ? [payload] : decodePayload(payload)));
    }
    return this.#packets.shift() as string;
  }

  async send(...packets: string[]): Promise<void> {
    if (this.kind !== 'socket') {
      await postOk(this.#port, this, packets);
      return;
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- in order
    for (const packet of packets) await this.#connection.send(packet);
  }

  drop(): void {
    this.#connection.drop();
  }

  ended(): Promise<void> {
    return this.#connection.ended();
  }
}

/** A WebSocket, which the server of this protocol ends without a close frame. */
class V1Websocket extends WebsocketDriver {
  override async ended(): Promise<void> {
    const code = await this.closeCode();
    if (code !== 1006) throw new Error(`Expected the end of the connection, got ${code}`);
  }
}

class V1HtmlFile extends HtmlFileDriver {
  protected override downPath(sessionId: string): string {
    return `${this.path(sessionId)}?t=1`;
  }
}

/** Polls, each on a connection of its own, until the session is over. */
class V1Polling implements V1Driver {
  readonly kind = 'polling';
  readonly transport: string;
  readonly sessionId: string;
  readonly #port: number;
  readonly #packets: Queue<string> = new Queue();
  readonly #over: Promise<void>;
  #raw: RawSocket | null = null;
  #isDropped = false;

  constructor(port: number, sessionId: string, transport: string) {
    this.#port = port;
    this.sessionId = sessionId;
    this.transport = transport;
    this.#over = this.#poll();
    this.#over.catch((error: Error) => this.#packets.fail(error));
  }

  next(): Promise<string> {
    return this.#packets.next('a packet');
  }

  send(...packets: string[]): Promise<void> {
    return postOk(this.#port, this, packets);
  }

  drop(): void {
    this.#isDropped = true;
    this.#raw?.destroy();
  }

  /** The next poll finds no session. */
  async ended(): Promise<void> {
    await within(this.#over, () => 'the polls to end');
    if (this.#packets.length > 0) throw new Error(`Unexpected: ${await this.next()}`);
  }

  async #poll(): Promise<void> {
    // oxlint-disable eslint/no-await-in-loop -- one poll after the other
    for (let isOver = false; !isOver && !this.#isDropped;) {
      const raw = await RawSocket.connect(this.#port);
      this.#raw = raw;
      raw.write(requestBytes(`/${RESOURCE}/${this.transport}/${this.sessionId}?t=1&i=0`));
      const response = await raw.readResponse().catch((error: Error) => error);
      if (response instanceof Error) {
        if (this.#isDropped) return;
        throw response;
      }
      for (const packet of decodePayload(this.#payloadOf(response))) {
        if (packet === '7:::1+0') isOver = true;
        else if (packet !== '8::') this.#packets.push(packet);
      }
    }
    // oxlint-enable eslint/no-await-in-loop
    this.#packets.fail(new Refused(404, '7:::1+0'));
  }

  #payloadOf({ status, body }: Response): string {
    if (status !== 200) throw new Refused(status, body);
    if (this.transport !== 'jsonp-polling') return body;
    const literal = JSON_STRING.exec(body)?.[1];
    if (literal === undefined || /[<\u2028\u2029]/.test(literal)) {
      throw new Error(`Expected a call of io.j[0], got ${body}`);
    }
    return JSON.parse(literal) as string;
  }
}

/** A transport, or a way of speaking it. */
export interface V1Variant {
  readonly name: string;
  readonly transport: string;
  readonly kind: Kind;
  /** Makes a handshake and connects; resolves after `1::`. */
  open(port: number): Promise<V1Driver>;
}

async function greeted(driver: V1Driver): Promise<V1Driver> {
  afterThisTest(() => driver.drop());
  const first = await driver.next();
  if (first !== '1::') throw new Error(`Expected 1::, got ${first}`);
  return driver;
}

function connecting(name: string, create: (port: number) => Connected): V1Variant {
  const { transport, kind } = create(0);
  return {
    name,
    transport,
    kind,
    async open(port) {
      const sessionId = await newSession(port);
      const connection = create(port);
      await connection.resume(sessionId);
      return greeted(new ConnectionDriver(port, sessionId, connection));
    },
  };
}

function polling(transport: string): V1Variant {
  return {
    name: transport,
    transport,
    kind: 'polling',
    open: async (port) => greeted(new V1Polling(port, await newSession(port), transport)),
  };
}

/** Polls for a session that is open. */
export function resumePolling(port: number, sessionId: string, transport: string): V1Driver {
  return new V1Polling(port, sessionId, transport);
}

const options = { resource: RESOURCE };

/** Every transport of protocol 1. */
export const V1_VARIANTS: readonly V1Variant[] = [
  connecting('websocket', (port) => new V1Websocket(port, options)),
  connecting('websocket, version 8', (port) => new V1Websocket(port, { ...options, version: 8 })),
  connecting('websocket, hixie-75', (port) => new HixieDriver(port, { ...options, draft: '75' })),
  connecting('websocket, hixie-76', (port) => new HixieDriver(port, options)),
  connecting(
    'websocket, hixie-76 with a split third key',
    (port) => new HixieDriver(port, { ...options, key3: 'split' }),
  ),
  connecting(
    'flashsocket',
    (port) => new V1Websocket(port, { ...options, transport: 'flashsocket' }),
  ),
  connecting('htmlfile', (port) => new V1HtmlFile(port, options)),
  polling('xhr-polling'),
  polling('jsonp-polling'),
];
