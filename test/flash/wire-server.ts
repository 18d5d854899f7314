/** A server of draft 76 that is controlled by a test: raw bytes in, raw bytes out. */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { eventually } from '../browser/eventually.js';
import { listening, portOf } from '../support/tcp.js';

const KEY3_BYTES = 8;

/** The 32-bit number that a Sec-WebSocket-Key encodes. */
function keyNumber(key: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(key.replace(/\D/g, '')) / (key.split(' ').length - 1));
  return bytes;
}

/** One connection with its unread input. */
export class WireConnection {
  readonly socket: Socket;
  #input: Buffer = Buffer.alloc(0);
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (packet) => {
      this.#input = Buffer.concat([this.#input, packet]);
    });
    // A page that is unloaded may reset the connection; 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Reads the next head, without its blank line. */
  async head(): Promise<string[]> {
    await eventually('a head', () => this.#input.includes('\r\n\r\n'));
    const end = this.#input.indexOf('\r\n\r\n');
    return this.#take(end + 4)
      .toString()
      .slice(0, -4)
      .split('\r\n');
  }

  async bytes(count: number): Promise<Buffer> {
    await eventually(`${count} bytes`, () => this.#input.length >= count);
    return this.#take(count);
  }

  write(...packets: (string | number[] | Buffer)[]): void {
    for (const packet of packets) {
      this.socket.write(Array.isArray(packet) ? Buffer.from(packet) : packet);
    }
  }

  /** Responds to the handshake by the draft, with `changes` to the headers; resolves with the head. */
  async accept(changes: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const head = await this.head();
    const fields = new Map(
      head.slice(1).map((line) => line.split(/: (.*)/s, 2) as [string, string]),
    );
    const proof = createHash('md5')
      .update(keyNumber(fields.get('Sec-WebSocket-Key1') ?? ''))
      .update(keyNumber(fields.get('Sec-WebSocket-Key2') ?? ''))
      .update(await this.bytes(KEY3_BYTES))
      .digest();
    const answer = {
      '': 'HTTP/1.1 101 WebSocket Protocol Handshake',
      Upgrade: 'WebSocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Origin': fields.get('Origin') ?? '',
      'Sec-WebSocket-Location': `ws://${fields.get('Host')}/`,
      ...changes,
    };
    const lines = Object.entries(answer).map(([name, value]) =>
      name === '' ? value : `${name}: ${value}`,
    );
    this.write(`${lines.join('\r\n')}\r\n\r\n`, proof);
    return head;
  }

  #take(count: number): Buffer {
    const taken = this.#input.subarray(0, count);
    this.#input = this.#input.subarray(count);
    return taken;
  }
}

export class WireServer {
  readonly #connections: WireConnection[] = [];
  readonly #server: Server = createServer({ noDelay: true }, (socket) => {
    this.#connections.push(new WireConnection(socket));
  });

  static async start(): Promise<WireServer> {
    const wire = new WireServer();
    await listening(wire.#server);
    return wire;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Resolves with the oldest connection that has not been returned yet. */
  async next(): Promise<WireConnection> {
    await eventually('a connection', () => this.#connections.length > 0);
    return this.#connections.shift() as WireConnection;
  }

  close(): void {
    this.#server.close();
    for (const { socket } of this.#connections) socket.destroy();
  }
}
