/**
 * HTTP requests over connections in memory, made by Node's own client.
 *
 * @module
 */
import * as http from 'node:http';
import type { Duplex } from 'node:stream';
import type { MemorySocket } from './memory-socket.js';

/** A request to the server under test. */
export interface TestRequest {
  /** @default 'GET', or 'POST' with a body */
  readonly method?: string;
  /** @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: string;
}

/** A complete response. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<http.IncomingHttpHeaders>;
  readonly body: string;
}

/** The host in the URLs of requests. Nothing looks it up. */
export const HOST = 'localhost';

/** An agent for `http.request`, `ws` and other clients, whose connections are in memory. */
export class MemoryAgent extends http.Agent {
  readonly #connect: () => MemorySocket;

  constructor(connect: () => MemorySocket) {
    super({ keepAlive: true });
    this.#connect = connect;
  }

  override createConnection(): Duplex {
    return this.#connect();
  }
}

/** Sends a request; resolves with the head of the response. */
export function open(
  agent: http.Agent,
  path: string,
  { method, headers = {}, body }: TestRequest = {},
  signal?: AbortSignal,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = http.request({
      agent,
      host: HOST,
      path,
      headers,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(signal && { signal }),
    });
    // also after the response: a connection that breaks
    sent.on('error', reject);
    sent.once('response', resolve);
    sent.end(body);
  });
}

/** Reads the rest of a response. */
export async function read(response: http.IncomingMessage): Promise<TestResponse> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) body += text as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Sends a request; resolves with the whole response. */
export async function request(
  agent: http.Agent,
  path: string,
  options?: TestRequest,
): Promise<TestResponse> {
  return read(await open(agent, path, options));
}
