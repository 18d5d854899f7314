import { once } from 'node:events';
import { WebSocket } from 'ws';
import { decode } from '../../lib/index.js';
import { roomOf } from './bus-protocol.js';

const ROOMS = 10;

/** A client over a WebSocket that records which messages it has not received. */
export class BusClient {
  received = 0;
  /** Messages that arrived twice, or after a later one. */
  disordered = 0;
  readonly #room: number;
  readonly #last = new Map<string, number>();
  readonly #missing = new Map<string, number[]>();

  private constructor(room: number) {
    this.#room = room;
  }

  /** @param index how many clients its process has had before */
  static async open(port: number, index: number): Promise<BusClient> {
    const client = new BusClient(index % ROOMS);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/websocket`);
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      for (const text of decode(data.toString())) {
        if (text.startsWith('~h~')) socket.send(`~m~${text.length}~m~${text}`);
        else client.#onText(text);
      }
    });
    // The session id: its process has put the client into its room.
    await once(socket, 'message');
    return client;
  }

  /** True if a message is sent to this client. */
  isAddressed(number: number): boolean {
    const room = roomOf(number);
    return room === null || room === this.#room;
  }

  /** The highest number that has arrived. */
  last(sender: string): number {
    return this.#last.get(sender) ?? 0;
  }

  /** The numbers up to `sent` that have not arrived. */
  missing(sender: string, sent: number): number[] {
    return [
      ...(this.#missing.get(sender) ?? []),
      ...this.#addressedBetween(this.last(sender), sent + 1),
    ];
  }

  #onText(text: string): void {
    const [, sender, digits] = /^([a-z]) (\d+)$/.exec(text) ?? [];
    if (sender === undefined) return;
    this.received++;
    const number = Number(digits);
    const last = this.last(sender);
    if (number <= last) {
      this.disordered++;
      return;
    }
    this.#last.set(sender, number);
    if (number === last + 1) return;
    const absent = this.#addressedBetween(last, number);
    if (absent.length > 0) {
      this.#missing.set(sender, [...(this.#missing.get(sender) ?? []), ...absent]);
    }
  }

  #addressedBetween(after: number, before: number): number[] {
    const numbers: number[] = [];
    for (let number = after + 1; number < before; number++) {
      if (this.isAddressed(number)) numbers.push(number);
    }
    return numbers;
  }
}
