/**
 * The client side of WebSocket draft 76 (Hixie, 2010), for devices that never learned RFC 6455.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-hixie-thewebsocketprotocol-76
 * @module
 */
import { randomBytes, randomInt } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import {
  CLOSING_FRAME,
  HixieParser,
  KEY3_BYTES,
  proof,
} from '../../../lib/websocket/hixie-protocol.js';
import type { WebSocketLike } from '../../core/platform.js';
import { ClientError } from '../errors.js';
import { readRefusal } from '../http/refusal.js';
import { CLOSE_TIMEOUT_MS, type RequestConfig } from '../request-config.js';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const LARGEST_NUMBER = 2 ** 32 - 1;
/** Most spaces and most other characters in a key (section 5.2, steps 16 to 21). */
const MOST_INSERTED = 12;
const PROOF_BYTES = 16;

/** A key of the handshake, and the number in it. */
export interface HixieKey {
  readonly text: string;
  readonly number: number;
}

function insert(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at);
}

/** A random character that is neither a digit nor a space. */
function randomCharacter(): string {
  const index = randomInt(0x2f - 0x21 + 1 + 0x7e - 0x3a + 1);
  const code = 0x21 + index;
  return String.fromCharCode(code <= 0x2f ? code : code + 10);
}

/** Makes a random key: digits that are a multiple of the number of its spaces. */
export function createKey(): HixieKey {
  const spaces = randomInt(1, MOST_INSERTED + 1);
  const number = randomInt(Math.floor(LARGEST_NUMBER / spaces) + 1);
  let text = String(number * spaces);
  for (let left = randomInt(1, MOST_INSERTED + 1); left > 0; left--) {
    text = insert(text, randomInt(text.length + 1), randomCharacter());
  }
  for (let left = spaces; left > 0; left--) text = insert(text, randomInt(1, text.length), ' ');
  return { text, number };
}

/** A connection of draft 76 with the interface of a WebSocket. */
export class HixieSocket implements WebSocketLike {
  readyState: number = CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: ((event: { error: unknown }) => void) | null = null;
  /** The network socket, once the connection is open. */
  netSocket: Socket | undefined;
  readonly #request: http.ClientRequest;
  readonly #config: RequestConfig;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(url: string, config: RequestConfig) {
    this.#config = config;
    const target = new URL(url.replace(/^ws/, 'http'));
    const keys = [createKey(), createKey()] as const;
    const key3 = randomBytes(KEY3_BYTES);
    const { protocols } = config;
    const request = (target.protocol === 'https:' ? https : http).request(target, {
      agent: false,
      ...config.requestOptions,
      headers: {
        Upgrade: 'WebSocket',
        Connection: 'Upgrade',
        Origin: target.origin,
        ...(protocols.length > 0 && { 'Sec-WebSocket-Protocol': protocols.join(' ') }),
        ...config.headers(),
        'Sec-WebSocket-Key1': keys[0].text,
        'Sec-WebSocket-Key2': keys[1].text,
      },
    });
    this.#request = request;
    // The third key follows the head without a header that announces it.
    request.on('finish', () => request.socket?.write(key3));
    request.on('error', (error) => this.#fail(error));
    request.on('response', (response) => {
      config.cookies.store(response.headers['set-cookie']);
      readRefusal(response, (error) => this.#fail(error));
    });
    request.on('upgrade', (response, socket, head) => {
      config.cookies.store(response.headers['set-cookie']);
      const expected = proof([keys[0].number, keys[1].number], key3);
      this.#upgrade(socket, head, expected);
    });
    request.end();
  }

  send(text: string): void {
    if (this.readyState !== OPEN) return;
    this.netSocket?.write(Buffer.concat([Buffer.of(0), Buffer.from(text), Buffer.of(0xff)]));
  }

  /**
   * Sends the closing frame and waits for that of the server. With a code, which the draft does not
   * have, the connection counts as lost: the closing frame would end the session.
   */
  close(code?: number): void {
    if (this.readyState === CONNECTING || code !== undefined) this.terminate();
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.netSocket?.write(CLOSING_FRAME);
    this.#closeTimer = setTimeout(() => this.terminate(), CLOSE_TIMEOUT_MS);
  }

  /** Closes at once. */
  terminate(): void {
    this.#request.destroy();
    this.netSocket?.destroy();
    this.#end();
  }

  #upgrade(socket: Socket, head: Buffer, expected: Buffer): void {
    if (this.readyState !== CONNECTING) {
      socket.destroy();
      return;
    }
    this.netSocket = socket;
    socket.setTimeout(0);
    socket.setNoDelay();
    const parser = new HixieParser(
      {
        onText: (text) => {
          if (this.readyState === OPEN) this.onmessage?.({ data: text });
        },
        onClosing: () => this.#onClosing(),
        onError: (kind) => this.#fail(this.#errorOf(kind)),
      },
      this.#config.maxPayload,
    );
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      if (this.readyState !== CONNECTING) {
        parser.feed(chunk);
        return;
      }
      received = Buffer.concat([received, chunk]);
      if (received.length < PROOF_BYTES) return;
      if (!received.subarray(0, PROOF_BYTES).equals(expected)) {
        const message = 'The server has not answered the keys of the WebSocket handshake';
        this.#fail(new ClientError('ERR_SIO_CONNECT_FAILED', message));
        return;
      }
      this.readyState = OPEN;
      this.onopen?.();
      if (received.length > PROOF_BYTES) parser.feed(received.subarray(PROOF_BYTES));
    };
    socket.on('data', onData);
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#end());
    onData(head);
    socket.resume();
  }

  #errorOf(kind: 'bad framing' | 'too large'): ClientError {
    if (kind === 'bad framing') {
      return new ClientError('ERR_SIO_CONNECT_FAILED', 'The server sent an invalid frame');
    }
    const message = `A message is longer than \`maxPayload\` (${this.#config.maxPayload} bytes)`;
    return new ClientError('ERR_SIO_TOO_LARGE', message);
  }

  #onClosing(): void {
    if (this.readyState === OPEN) this.netSocket?.write(CLOSING_FRAME);
    this.readyState = CLOSING;
    this.netSocket?.end();
  }

  #fail(error: unknown): void {
    if (this.readyState === CLOSED) return;
    if (this.readyState !== CLOSING) this.onerror?.({ error });
    this.terminate();
  }

  #end(): void {
    clearTimeout(this.#closeTimer);
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onclose?.();
  }
}
