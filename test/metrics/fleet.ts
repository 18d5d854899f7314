/**
 * A load of clients of all generations, each of which counts what it has sent and received.
 *
 * @module
 */
import { Socket } from '../../client/node/index.js';
import { encodePacket } from '../../lib/protocol/v1/index.js';
import { OfficialDriver } from '../bridge/official.js';
import { afterThisTest } from '../support/cleanup.js';
import { VARIANTS, type Driver } from '../support/drivers/index.js';
import { framed } from '../support/payload.js';
import { Queue } from '../support/queue.js';
import { V1_VARIANTS, type V1Driver } from '../support/v1-drivers.js';
import { until } from '../support/wait.js';

/** A client of the load. */
export abstract class Member {
  abstract readonly protocol: string;
  abstract readonly transport: string;
  readonly isDelivering: boolean = false;
  sent = 0;
  received = 0;

  /** Sends a text. */
  async say(text: string): Promise<void> {
    this.sent++;
    await this.write(text);
  }

  /** Receives a text; fails for any other message. */
  async hear(expected: string): Promise<void> {
    const text = await this.read();
    if (text !== expected) throw new Error(`Expected ${expected}, got ${String(text)}`);
    this.received++;
  }

  protected abstract write(text: string): Promise<void>;
  protected abstract read(): Promise<unknown>;
}

export class Member06 extends Member {
  readonly protocol = '0.6';
  readonly transport: string;
  readonly driver: Driver;

  constructor(driver: Driver) {
    super();
    this.driver = driver;
    this.transport = driver.transport;
  }

  protected write(text: string): Promise<void> {
    return this.driver.send(framed(text));
  }

  protected read(): Promise<unknown> {
    return this.driver.next();
  }
}

export class Member09 extends Member {
  readonly protocol = '0.9';
  readonly transport: string;
  readonly driver: V1Driver;

  constructor(driver: V1Driver) {
    super();
    this.driver = driver;
    this.transport = driver.transport;
  }

  protected write(text: string): Promise<void> {
    return this.driver.send(encodePacket({ type: 'message', endpoint: '', data: text }));
  }

  protected async read(): Promise<unknown> {
    const packet = await this.driver.next();
    return packet.startsWith('3:::') ? packet.slice(4) : packet;
  }
}

/** A client of Socket.IO 2 or 4, by a bridge. */
export class OfficialMember extends Member {
  readonly protocol: string;
  readonly transport: string;
  readonly driver: OfficialDriver;

  constructor(driver: OfficialDriver, protocol: string, transport: string) {
    super();
    this.driver = driver;
    this.protocol = protocol;
    this.transport = transport;
  }

  protected write(text: string): Promise<void> {
    this.driver.socket.send(text);
    return Promise.resolve();
  }

  protected read(): Promise<unknown> {
    return this.driver.next();
  }
}

/** A client with exactly-once delivery. */
export class DeliveringMember extends Member {
  readonly protocol = '0.6';
  readonly transport: string;
  override readonly isDelivering = true;
  readonly socket: Socket;
  readonly #messages = new Queue<unknown>();

  constructor(socket: Socket, transport: string) {
    super();
    this.socket = socket;
    this.transport = transport;
    socket.on('message', (message) => this.#messages.push(message));
  }

  protected write(text: string): Promise<void> {
    this.socket.send(text);
    return Promise.resolve();
  }

  protected read(): Promise<unknown> {
    return this.#messages.next('a message for a delivering client');
  }
}

/** Connects a client with exactly-once delivery. */
export async function openDelivering(port: number, transport: string): Promise<DeliveringMember> {
  const socket = new Socket(`http://127.0.0.1:${port}`, {
    delivery: true,
    transports: [transport],
  });
  afterThisTest(() => socket.disconnect());
  const member = new DeliveringMember(socket, transport);
  socket.connect();
  await until(() => socket.connected, 'a delivering client');
  return member;
}

/** Official clients: version, protocol, transport. */
export const OFFICIAL = [
  ['4.8', '4', 'polling'],
  ['4.8', '4', 'websocket'],
  ['2.5', '2', 'websocket'],
] as const;

/** Connects a client of each generation and transport. */
export async function openFleet(port: number): Promise<Member[]> {
  const members: Member[] = [];
  // One after the other, so that a failure names its transport.
  /* oxlint-disable eslint/no-await-in-loop */
  for (const { create } of VARIANTS) members.push(new Member06(await create(port).open()));
  for (const variant of V1_VARIANTS) members.push(new Member09(await variant.open(port)));
  for (const [version, protocol, transport] of OFFICIAL) {
    const driver = await new OfficialDriver(port, { transports: [transport] }, version).open();
    members.push(new OfficialMember(driver, protocol, transport));
  }
  for (const transport of ['websocket', 'xhr-polling', 'server-events']) {
    members.push(await openDelivering(port, transport));
  }
  /* oxlint-enable eslint/no-await-in-loop */
  return members;
}

/** How often each value occurs. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
