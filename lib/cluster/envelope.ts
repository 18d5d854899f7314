/**
 * Envelopes: the packets of one turn, with their sender, as one message of the bus.
 *
 *     0  2  ~b
 *     2  1  version: 1
 *     3  1  0
 *     4  4  group: FNV-1a of the resource. Listeners of one group act as one
 *     8  8  node: the sender, random
 *    16  4  age of the sender in milliseconds
 *    20     packets
 *    -4  4  CRC-32 of all before it; with a secret instead -16 16: HMAC-SHA256, cut
 *
 * A bus is an untrusted channel: what is foreign, of another version, or damaged is not opened.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const MARK = 0x7e62;
const VERSION = 1;
const HEAD_BYTES = 20;
const CRC_BYTES = 4;
const HMAC_BYTES = 16;
const LONGEST_AGE_MS = 2 ** 32 - 1;

/** How many bytes an envelope has beside its packets, at most. */
export const ENVELOPE_BYTES: number = HEAD_BYTES + HMAC_BYTES;

/** The hash of a group's name: FNV-1a, 32 bits. */
export function groupOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export interface Envelope {
  /** The sender, as 16 hexadecimal digits. */
  readonly node: string;
  /** How long the sender has existed, in milliseconds. */
  readonly age: number;
  readonly packets: Buffer;
}

/** Seals and opens the envelopes of one group. */
export class EnvelopeCodec {
  readonly #group: number;
  readonly #secret: string;

  constructor(group: string, secret: string) {
    this.#group = groupOf(group);
    this.#secret = secret;
  }

  seal({ node, age, packets }: Envelope): Buffer {
    const bytes = Buffer.alloc(HEAD_BYTES + packets.length + this.#sumBytes);
    bytes.writeUInt16BE(MARK, 0);
    bytes[2] = VERSION;
    bytes.writeUInt32BE(this.#group, 4);
    bytes.write(node, 8, 'hex');
    bytes.writeUInt32BE(Math.min(age, LONGEST_AGE_MS), 16);
    packets.copy(bytes, HEAD_BYTES);
    this.#sum(bytes.subarray(0, -this.#sumBytes)).copy(bytes, bytes.length - this.#sumBytes);
    return bytes;
  }

  /** Opens an envelope; null if it is not of this group, or damaged. */
  open(bytes: Buffer): Envelope | null {
    if (bytes.length < HEAD_BYTES + this.#sumBytes) return null;
    if (bytes.readUInt16BE(0) !== MARK || bytes[2] !== VERSION || bytes[3] !== 0) return null;
    if (bytes.readUInt32BE(4) !== this.#group) return null;
    const signed = bytes.subarray(0, -this.#sumBytes);
    if (!timingSafeEqual(this.#sum(signed), bytes.subarray(-this.#sumBytes))) return null;
    return {
      node: bytes.toString('hex', 8, 16),
      age: bytes.readUInt32BE(16),
      packets: bytes.subarray(HEAD_BYTES, -this.#sumBytes),
    };
  }

  get #sumBytes(): number {
    return this.#secret === '' ? CRC_BYTES : HMAC_BYTES;
  }

  #sum(bytes: Buffer): Buffer {
    if (this.#secret !== '') {
      return createHmac('sha256', this.#secret).update(bytes).digest().subarray(0, HMAC_BYTES);
    }
    const sum = Buffer.allocUnsafe(CRC_BYTES);
    sum.writeUInt32BE(crc32(bytes));
    return sum;
  }
}
