/**
 * Small clients of protocol 1 (Socket.IO 0.7 to 0.9).
 *
 * @module
 */
import { WebSocket } from 'ws';
import { afterThisTest } from './cleanup.js';
import { Queue } from './queue.js';
import { request, type RequestInit, type Response } from './raw.js';
import { within } from './wait.js';

const BASE = '/socket.io/1/';

/** Makes a handshake; returns the response. */
export function handshake(port: number, query = 't=1', init?: RequestInit): Promise<Response> {
  return request(port, `${BASE}?${query}`, init);
}

/** Makes a handshake; returns the session id. */
export async function newSession(port: number, query = 't=1'): Promise<string> {
  const { status, body } = await handshake(port, query);
  if (status !== 200) throw new Error(`Refused with ${status} ${body}`);
  return body.split(':')[0] as string;
}

/** One poll of xhr-polling. */
export function poll(port: number, sessionId: string, init?: RequestInit): Promise<Response> {
  return request(port, `${BASE}xhr-polling/${sessionId}?t=1`, init);
}

/** Posts a payload. */
export function post(
  port: number,
  sessionId: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return poll(port, sessionId, { method: 'POST', body, headers });
}

/** A client over WebSocket. */
export class V1Client {
  readonly sessionId: string;
  readonly ws: WebSocket;
  readonly #packets = new Queue<string>();
  readonly #closed: Promise<number>;

  private constructor(port: number, sessionId: string) {
    this.sessionId = sessionId;
    this.ws = new WebSocket(`ws://127.0.0.1:${port}${BASE}websocket/${sessionId}`);
    this.#closed = new Promise((resolve) => this.ws.once('close', resolve));
    this.ws.on('message', (data: Buffer) => this.#packets.push(data.toString()));
    this.ws.on('error', (error) => this.#packets.fail(error));
    this.ws.on('close', (code) => this.#packets.fail(new Error(`Closed with ${code}`)));
    afterThisTest(() => this.ws.terminate());
  }

  /** Makes a handshake unless there is a session, and connects. */
  static async connect(port: number, query = 't=1', sessionId?: string): Promise<V1Client> {
    return new V1Client(port, sessionId ?? (await newSession(port, query)));
  }

  /** The same, after `1::`. */
  static async open(port: number, query?: string): Promise<V1Client> {
    const client = await V1Client.connect(port, query);
    const first = await client.next();
    if (first !== '1::') throw new Error(`Expected 1::, got ${first}`);
    return client;
  }

  /** The next packet. */
  next(): Promise<string> {
    return this.#packets.next('a packet');
  }

  send(packet: string): void {
    this.ws.send(packet);
  }

  /** Waits for the server to close. */
  closed(): Promise<number> {
    return within(this.#closed, () => 'the connection to close');
  }
}
