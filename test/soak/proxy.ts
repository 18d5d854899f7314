/**
 * A TCP proxy that does to connections what networks do.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BACKLOG, mark } from './links.js';
import type { Random } from './random.js';

/** What may happen to a connection. The first four lose what is on its way. */
const FAULTS = ['reset', 'end', 'swallow', 'cut in a packet', 'stall', 'crumble'] as const;
export type Fault = (typeof FAULTS)[number];

const STALL_MS = 1500;
const SWALLOW_MS = 5000;

export class FaultyProxy {
  /** The numbers of connections that lost data in transit, or that a client closed. */
  readonly cut: Set<number> = new Set();
  readonly injected: Map<Fault, number> = new Map();
  /** The percentage of connections with a fault, in their first seconds or later. */
  percent = 0;
  #count = 0;
  readonly #links = new Set<Link>();
  readonly #server: Server;
  readonly #target: number;
  readonly #random: Random;

  constructor(target: number, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  }

  async listen(): Promise<number> {
    this.#server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG });
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets a fault happen to some of the connections that are open. */
  strike(share: number): void {
    for (const link of Array.from(this.#links)) {
      if (this.#random.below(10_000) < share * 10_000) this.#inject(link);
    }
  }

  close(): void {
    for (const link of this.#links) link.destroy();
    this.#server.close();
  }

  #accept(near: Socket): void {
    const number = ++this.#count;
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    far.write(mark(number));
    const link = new Link(number, near, far, () => this.#links.delete(link));
    this.#watch(number, near, far);
    far.once('connect', () => {
      if (this.#random.below(100) < this.percent) {
        setTimeout(() => this.#inject(link), this.#random.below(300)).unref();
      }
    });
    this.#links.add(link);
  }

  /**
   * A client that closes a stream, because it waited too long, discards what is on its way; so does
   * one that closes a poll before its response. After the response it loses nothing.
   */
  #watch(number: number, near: Socket, far: Socket): void {
    const cut = (): unknown => this.cut.add(number);
    let isPoll = false;
    let isAnswered = false;
    near.on('data', (chunk: Buffer) => {
      isPoll ||= chunk.includes('-polling/');
      isAnswered = false;
    });
    far.on('data', () => {
      isAnswered = isPoll;
      if (near.readableEnded) cut();
    });
    const onConnectionEnd = (): unknown => isAnswered || far.readableEnded || cut();
    near.once('end', onConnectionEnd);
    near.once('close', onConnectionEnd);
    near.on('error', cut);
    far.on('error', cut);
  }

  #inject(link: Link): void {
    if (link.isDoomed) return;
    const fault = FAULTS[this.#random.below(FAULTS.length)] ?? 'reset';
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    if (fault !== 'stall' && fault !== 'crumble') this.cut.add(link.number);
    link.suffer(fault);
  }
}

/** One connection through the proxy. */
class Link {
  readonly number: number;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #onOver: () => void;
  #isOver = false;
  #fault: Fault | null = null;

  constructor(number: number, near: Socket, far: Socket, onOver: () => void) {
    this.number = number;
    this.#near = near;
    this.#far = far;
    this.#onOver = onOver;
    this.#forward(near, far);
    this.#forward(far, near);
  }

  /** TCP can lose only the end of a stream: after a loss, nothing more arrives. */
  get isDoomed(): boolean {
    return this.#isOver || this.#fault === 'swallow' || this.#fault === 'cut in a packet';
  }

  suffer(fault: Fault): void {
    switch (fault) {
      case 'reset':
        this.#near.resetAndDestroy();
        this.#far.resetAndDestroy();
        this.destroy();
        break;
      case 'end':
        this.destroy();
        break;
      case 'swallow':
        this.#fault = fault;
        setTimeout(() => this.destroy(), SWALLOW_MS).unref();
        break;
      case 'stall':
        this.#near.pause();
        this.#far.pause();
        setTimeout(() => {
          this.#near.resume();
          this.#far.resume();
        }, STALL_MS).unref();
        break;
      case 'cut in a packet':
      case 'crumble':
        // with the next packet
        this.#fault = fault;
        break;
    }
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#near.destroy();
    this.#far.destroy();
    this.#onOver();
  }

  #forward(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      switch (this.#fault) {
        case 'swallow':
          return;
        case 'cut in a packet':
          this.#fault = 'swallow';
          to.write(chunk.subarray(0, chunk.length >> 1), () => this.destroy());
          return;
        case 'crumble':
          for (let at = 0; at < chunk.length; at += 7) to.write(chunk.subarray(at, at + 7));
          return;
        default:
          if (!to.write(chunk)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
      }
    });
    from.on('end', () => this.#fault === 'swallow' || to.end());
    from.on('error', () => this.destroy());
    from.on('close', () => {
      if (this.#fault !== 'swallow') to.end();
      if (to.destroyed) this.destroy();
    });
  }
}
