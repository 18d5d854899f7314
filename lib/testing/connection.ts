/**
 * The connections of a test client: how payloads arrive over each kind of transport.
 *
 * @module
 */
import type { Agent, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { HOST, open, read } from './memory/http.js';
import { createStreamReader, readJsonp, type StreamReader } from './stream-reader.js';
import { TestError } from './test-error.js';

/** The parts of a client that a connection uses. */
export interface ConnectionOptions {
  readonly agent: Agent;
  readonly transport: string;
  /** The path of the next request. The id of a session is known after the first payload. */
  readonly path: () => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly onPayload: (payload: string) => void;
  /** The connection has ended; not called after `drop`. */
  readonly onEnd: () => void;
}

/** A connection from the server. */
export interface Connection {
  /** Sends a payload; undefined if the transport sends by POST. */
  readonly send?: (payload: string) => Promise<void>;
  /** Ends the connection by a closing handshake; undefined if the transport has none. */
  readonly close?: () => void;
  /** Ends the connection without a closing handshake. */
  drop(): void;
  /** Stops reading. */
  pause(): void;
  unpause(): void;
}

/** Opens a connection; resolves when the server has accepted it. */
export function connect(options: ConnectionOptions): Promise<Connection> {
  const { transport } = options;
  if (transport === 'websocket' || transport === 'flashsocket') return openWebSocket(options);
  const reader = createStreamReader(transport);
  return reader ? openStream(options, reader) : Polls.open(options);
}

function openWebSocket({
  agent,
  path,
  headers,
  onPayload,
  onEnd,
}: ConnectionOptions): Promise<Connection> {
  const socket = new WebSocket(`ws://${HOST}${path()}`, {
    agent,
    headers,
    perMessageDeflate: false,
  });
  let isDropped = false;
  socket.on('message', (data: Buffer) => onPayload(data.toString()));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      read(response).then(({ status, body }) => reject(TestError.refused(status, body)), reject);
    });
    socket.once('open', () => {
      // an error is followed by the end
      socket.on('error', () => undefined);
      socket.once('close', () => {
        if (!isDropped) onEnd();
      });
      resolve({
        send: (payload) =>
          new Promise((sent, failed) => {
            socket.send(payload, (error) => (error ? failed(error) : sent()));
          }),
        close: () => socket.close(1000),
        drop() {
          isDropped = true;
          socket.terminate();
        },
        pause: () => socket.pause(),
        unpause: () => socket.resume(),
      });
    });
  });
}

async function openStream(
  { agent, path, headers, onPayload, onEnd }: ConnectionOptions,
  readPayloads: StreamReader,
): Promise<Connection> {
  const response = await open(agent, path(), { headers });
  if (response.statusCode !== 200) throw await refusalOf(response);
  let isDropped = false;
  response.setEncoding('utf8');
  response.on('data', (text: string) => readPayloads(text).forEach(onPayload));
  // an error is followed by the end
  response.on('error', () => undefined);
  response.once('close', () => {
    if (!isDropped) onEnd();
  });
  return {
    drop() {
      isDropped = true;
      response.destroy();
    },
    pause: () => response.pause(),
    unpause: () => response.resume(),
  };
}

/** Polls, one after the other, until the server has no session for them. */
class Polls implements Connection {
  readonly #options: ConnectionOptions;
  readonly #abort = new AbortController();
  #unpaused: Promise<void> | null = null;
  #unpause: (() => void) | null = null;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** The response to the first poll decides whether the server accepts the connection. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const polls = new Polls(options);
    const { status, payload } = await polls.#poll();
    if (status !== 200) throw TestError.refused(status, payload);
    void polls.#continue(payload);
    return polls;
  }

  drop(): void {
    this.#abort.abort();
    this.unpause();
  }

  pause(): void {
    this.#unpaused ??= new Promise((resolve) => (this.#unpause = resolve));
  }

  unpause(): void {
    this.#unpause?.();
    this.#unpaused = this.#unpause = null;
  }

  async #continue(first: string): Promise<void> {
    const { onPayload, onEnd } = this.#options;
    const { signal } = this.#abort;
    onPayload(first);
    // oxlint-disable eslint/no-await-in-loop -- one poll after the other
    while (!signal.aborted) {
      await this.#unpaused;
      const answer = await this.#poll().catch(() => null);
      if (signal.aborted) return;
      if (answer?.status !== 200) {
        onEnd();
        return;
      }
      onPayload(answer.payload);
    }
    // oxlint-enable eslint/no-await-in-loop
  }

  async #poll(): Promise<{ readonly status: number; readonly payload: string }> {
    const { agent, path, headers, transport } = this.#options;
    const response = await open(agent, path(), { headers }, this.#abort.signal);
    const { status, body } = await read(response);
    const isScript = transport === 'jsonp-polling' && status === 200;
    return { status, payload: isScript ? readJsonp(body) : body };
  }
}

async function refusalOf(response: IncomingMessage): Promise<TestError> {
  const { status, body } = await read(response);
  return TestError.refused(status, body);
}
