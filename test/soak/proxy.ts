/**
 * A TCP proxy that does to connections what networks do.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Random } from './random.js';

/** What may happen to a connection. The first four lose what is on its way. */
const FAULTS = ['reset', 'end', 'swallow', 'cut in a packet', 'stall', 'crumble'] as const;
export type Fault = (typeof FAULTS)[number];

const STALL_MS = 1500;
const SWALLOW_MS = 5000;

export class FaultyProxy {
  /** The ports, as the server sees them, of connections that lost something. */
  readonly lossy: Set<number> = new Set();
  readonly injected: Map<Fault, number> = new Map();
  /** How many of a hundred connections meet a fault, in their first seconds or later. */
  percent = 0;
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
    this.#server.listen(0, '127.0.0.1');
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
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const link = new Link(near, far, () => this.#links.delete(link));
    let isPoll = false;
    near.once('data', (chunk: Buffer) => (isPoll = chunk.includes('-polling/')));
    // Who hangs up on a stream, because it waited too long, throws away what is on its way; a
    // client that polls hangs up with an answer in its hands.
    near.once('close', () => isPoll || far.readableEnded || this.lossy.add(link.port));
    near.once('end', () => isPoll || far.readableEnded || this.lossy.add(link.port));
    far.on('data', () => near.readableEnded && this.lossy.add(link.port));
    near.on('error', () => this.lossy.add(link.port));
    far.on('error', () => this.lossy.add(link.port));
    far.once('connect', () => {
      link.port = far.localPort ?? 0;
      if (this.#random.below(100) < this.percent) {
        setTimeout(() => this.#inject(link), this.#random.below(300)).unref();
      }
    });
    this.#links.add(link);
  }

  #inject(link: Link): void {
    if (link.isOver) return;
    const fault = FAULTS[this.#random.below(FAULTS.length)] ?? 'reset';
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    if (fault !== 'stall' && fault !== 'crumble') this.lossy.add(link.port);
    link.suffer(fault);
  }
}

/** One connection through the proxy. */
class Link {
  port = 0;
  isOver = false;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #onOver: () => void;
  #fault: Fault | null = null;

  constructor(near: Socket, far: Socket, onOver: () => void) {
    this.#near = near;
    this.#far = far;
    this.#onOver = onOver;
    this.#forward(near, far);
    this.#forward(far, near);
  }

  suffer(fault: Fault): void {
    this.#fault = fault;
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
        setTimeout(() => this.destroy(), SWALLOW_MS).unref();
        break;
      case 'stall':
        this.#near.pause();
        this.#far.pause();
        setTimeout(() => {
          this.#fault = null;
          this.#near.resume();
          this.#far.resume();
        }, STALL_MS).unref();
        break;
      case 'cut in a packet':
      case 'crumble':
        // with the next packet
        break;
    }
  }

  destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
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
          // TCP loses ends, not middles: nothing may follow
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
