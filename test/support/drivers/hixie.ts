import { createHash } from 'node:crypto';
import { until } from '../wait.js';
import { Driver, Refused, type DriverOptions, type Kind } from './driver.js';
import { RawSocket, requestBytes } from '../raw.js';

/** When the third key of draft 76 is sent: with the head, after the answer's head, or in two pieces. */
export type Key3 = 'with the head' | 'late' | 'split';

export interface HixieOptions extends DriverOptions {
  readonly transport?: string;
  readonly draft?: '75' | '76';
  readonly key3?: Key3;
}

const ORIGIN = 'http://localhost';
/** Two keys and their numbers. */
const KEYS = [
  ['18x 6]8vM;54 *(5:  {   U1]8  z [  8', 155712099],
  ['1_ tx7X d  <  nw  334J702) 7]o}` 0', 173347027],
] as const;
/** Bytes that are not UTF-8, with ends of frames among them. */
const KEY3: Buffer = Buffer.from([0x00, 0xff, 0x80, 0xfe, 0x7f, 0x01, 0x0d, 0x0a]);

function answerTo(key3: Buffer): string {
  const numbers = Buffer.alloc(8);
  KEYS.forEach(([, number], i) => numbers.writeUInt32BE(number, i * 4));
  return createHash('md5').update(numbers).update(key3).digest().toString('latin1');
}

/** Drafts 75 and 76, byte by byte. */
export class HixieDriver extends Driver {
  readonly transport: string;
  readonly kind: Kind = 'socket';
  readonly #draft: '75' | '76';
  readonly #key3: Key3;
  #raw: RawSocket | null = null;

  constructor(port: number, options: HixieOptions = {}) {
    super(port, options);
    this.transport = options.transport ?? 'websocket';
    this.#draft = options.draft ?? '76';
    this.#key3 = options.key3 ?? 'with the head';
  }

  get raw(): RawSocket {
    if (!this.#raw) throw new Error('Not open');
    return this.#raw;
  }

  opening(sessionId: string): Buffer {
    const keys = {
      'Sec-WebSocket-Key1': KEYS[0][0],
      'Sec-WebSocket-Key2': KEYS[1][0],
    };
    return requestBytes(this.#requestPath(sessionId), {
      headers: {
        Upgrade: 'WebSocket',
        Connection: 'Upgrade',
        Origin: ORIGIN,
        ...(this.#draft === '76' ? keys : {}),
        ...this.headers,
      },
    });
  }

  async nextPayload(): Promise<string> {
    const { bytes } = this.raw;
    await bytes.expect('\x00');
    const frame = await bytes.readThrough('\xff');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(frame.subarray(0, -1));
  }

  send(payload: string): Promise<void> {
    this.raw.write(Buffer.concat([Buffer.of(0x00), Buffer.from(payload), Buffer.of(0xff)]));
    return Promise.resolve();
  }

  drop(): void {
    this.#raw?.destroy();
  }

  async close(): Promise<void> {
    if (this.#draft === '76') {
      this.raw.write(Buffer.of(0xff, 0x00));
      await this.raw.bytes.expect('\xff\x00');
    } else this.raw.end();
    await this.ended();
  }

  /**
   * The server must not send the first closing frame: clients for Node of 2011 throw when they
   * receive it.
   */
  async ended(): Promise<void> {
    await this.raw.ended();
  }

  protected async connect(sessionId: string): Promise<void> {
    const raw = await RawSocket.connect(this.port);
    this.#raw = raw;
    const head = this.opening(sessionId);
    const isWhole = this.#draft === '76' && this.#key3 === 'with the head';
    raw.write(isWhole ? Buffer.concat([head, KEY3]) : head);
    if (this.#key3 === 'split') raw.write(KEY3.subarray(0, 3));
    await this.#readHead(raw, sessionId);
    if (this.#draft === '75') return;
    if (this.#key3 === 'late') raw.write(KEY3);
    if (this.#key3 === 'split') {
      raw.write(KEY3.subarray(3, 7));
      await until(() => raw.socket.writableLength === 0);
      raw.write(KEY3.subarray(7));
    }
    await raw.bytes.expect(answerTo(KEY3));
  }

  /** Clients of these drafts compare the head byte by byte. */
  async #readHead(raw: RawSocket, sessionId: string): Promise<void> {
    const { status, statusLine, lines } = await raw.readHead();
    if (status !== 101) throw new Refused(status);
    const is76 = this.#draft === '76';
    const prefix = is76 ? 'Sec-' : '';
    const wanted = [
      `HTTP/1.1 101 ${is76 ? 'WebSocket' : 'Web Socket'} Protocol Handshake`,
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      `${prefix}WebSocket-Origin: ${this.headers['Origin'] ?? ORIGIN}`,
      `${prefix}WebSocket-Location: ws://localhost${this.#requestPath(sessionId)}`,
    ].join('\n');
    const got = [statusLine, ...lines].join('\n');
    if (got !== wanted) throw new Error(`Expected\n${wanted}\ngot\n${got}`);
  }

  #requestPath(sessionId: string): string {
    return sessionId === '' ? this.path() : this.path(sessionId);
  }
}
