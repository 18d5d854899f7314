/**
 * The bytes of packets, which the processes of a cluster send to each other. Integers are big
 * endian.
 *
 *     0  4  size of the body
 *     4  1  kind
 *     5  1  flags: 1, the body continues in the packet with the next number; 2, it began before
 *     6  6  number
 *    12     body
 *
 * A selection is a list of rooms (a count of ffffffff: all clients) and a list of exceptions. A list
 * is a u32 count, then for each text a u16 size and UTF-8.
 *
 * @module
 */
import type { Selection } from '../rooms/client-group.js';

/** The kinds of packets. Those below 16 are numbered: 1, 2, 3, … for each sender. */
export const Kind = {
  /** A payload for a selection. */
  SEND: 1,
  /** Rooms that a selection joins. */
  JOIN: 2,
  /** Rooms that a selection leaves. */
  LEAVE: 3,
  /** The sessions of a selection end. */
  KICK: 4,
  /** A query about a selection. */
  ASK: 5,
  /** The answer to a query. */
  ANSWER: 6,
  /** A named event for a selection; the body is that of a payload. */
  EMIT: 7,
  /** A volatile payload: it is dropped for a client for which it would have to wait. */
  SEND_VOLATILE: 8,
  /** The same for a named event. */
  EMIT_VOLATILE: 9,
  /** A packet of protocol 1 for the clients of an endpoint; its name is a list of one. */
  ENDPOINT: 10,
  /** A process has begun; others answer with a heartbeat. */
  HELLO: 16,
  /** A heartbeat: the process runs. Its body has the number of sessions and the address. */
  HEARTBEAT: 17,
  /** A process ends. */
  GOODBYE: 18,
  /** Numbers of a sender that are missing here. */
  MISSING: 19,
  /** Numbers that their sender does not have any more, both included. */
  LOST: 20,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const FIRST_UNNUMBERED = 16;
export const HEAD_BYTES = 12;
const CONTINUES = 1;
const CONTINUED = 2;
const ALL = 0xffff_ffff;

export interface Packet {
  readonly kind: number;
  /** Of unnumbered packets, the last number that the sender has published. */
  readonly number: number;
  /** The body continues in the packet with the next number. */
  readonly continues: boolean;
  /** The body began in the packet with the number before. */
  readonly isContinued: boolean;
  readonly body: Buffer;
}

export const isNumbered = ({ kind }: Packet): boolean => kind < FIRST_UNNUMBERED;

/** The bytes of a packet. */
export function encodePacket({ kind, number, continues, isContinued, body }: Packet): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes[4] = kind;
  bytes[5] = (continues ? CONTINUES : 0) | (isContinued ? CONTINUED : 0);
  bytes.writeUIntBE(number, 6, 6);
  body.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** The packets of an envelope; null if the bytes are malformed. */
export function decodePackets(bytes: Buffer): Packet[] | null {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + HEAD_BYTES > bytes.length) return null;
    const end = at + HEAD_BYTES + bytes.readUInt32BE(at);
    const flags = bytes[at + 5] as number;
    if (end > bytes.length || flags > (CONTINUES | CONTINUED)) return null;
    packets.push({
      kind: bytes[at + 4] as number,
      number: bytes.readUIntBE(at + 6, 6),
      continues: (flags & CONTINUES) !== 0,
      isContinued: (flags & CONTINUED) !== 0,
      body: bytes.subarray(at + HEAD_BYTES, end),
    });
    at = end;
  }
  return packets;
}

/** Writes bodies. */
export class BodyWriter {
  readonly #parts: Buffer[] = [];

  u8(value: number): this {
    this.#parts.push(Buffer.of(value));
    return this;
  }

  u32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(value);
    this.#parts.push(bytes);
    return this;
  }

  u48(value: number): this {
    const bytes = Buffer.allocUnsafe(6);
    bytes.writeUIntBE(value, 0, 6);
    this.#parts.push(bytes);
    return this;
  }

  bytes(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  list(texts: readonly string[]): this {
    this.u32(texts.length);
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const size = Buffer.allocUnsafe(2);
      size.writeUInt16BE(bytes.length);
      this.#parts.push(size, bytes);
    }
    return this;
  }

  selection({ rooms, except }: Selection): this {
    if (rooms === null) this.u32(ALL);
    else this.list(rooms);
    return this.list(except);
  }

  end(text = ''): Buffer {
    return Buffer.concat(text === '' ? this.#parts : [...this.#parts, Buffer.from(text)]);
  }
}

/** Reads bodies. Throws a RangeError beyond the end: the caller drops the packet. */
export class BodyReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  u48(): number {
    return this.#bytes.readUIntBE(this.#advance(6), 6);
  }

  bytes(count: number): Buffer {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }

  list(count: number = this.u32()): string[] {
    const texts: string[] = [];
    // Not allocated in advance: the count may be wrong.
    for (let i = 0; i < count; i++) {
      const size = this.#bytes.readUInt16BE(this.#advance(2));
      texts.push(this.bytes(size).toString());
    }
    return texts;
  }

  selection(): Selection {
    const count = this.u32();
    return { rooms: count === ALL ? null : this.list(count), except: this.list() };
  }

  rest(): string {
    return this.#bytes.toString('utf8', this.#at);
  }

  #advance(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
