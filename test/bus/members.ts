import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { WebsocketDriver } from '../support/drivers/index.js';
import { V1Client } from '../support/v1.js';
import type { BusName } from './open-bus.js';

/** How long a member may take to do what a test waits for, in milliseconds. */
const PATIENCE_MS = 30_000;
const STEP_MS = 20;

/** The functions that can be called in a member. */
export interface Calls {
  port(): Promise<number>;
  events(): string[];
  clearEvents(): void;
  peers(): number;
  malformed(): number;
  /** How many sessions it has itself. */
  sessions(): Promise<number>;
  count(rooms: string | string[]): Promise<number>;
  countAll(): Promise<number>;
  fetch(room: string): Promise<{ sessionId: string; transport: string; rooms: string[] }[]>;
  /** Broadcasts messages in one turn. */
  broadcast(messages: readonly unknown[], except?: string): void;
  send(rooms: string | string[], message: unknown, except?: string[]): void;
  /** Sends a message and an event to the endpoint `/chat`. */
  sendToEndpoint(message: string, except?: string): void;
  sendLocal(room: string, message: unknown): void;
  join(target: string, room: string): void;
  leave(target: string, room: string): void;
  kick(target: string): void;
  /** Publishes bytes that are not of a Listener. */
  inject(bytes: string): Promise<void>;
  close(): void;
  /** Opens another Listener over the same client of the engine. */
  reopen(): void;
}

type Result<Name extends keyof Calls> = Awaited<ReturnType<Calls[Name]>>;

/** A process with a Listener over a bus. */
export class Member {
  readonly process: Worker;
  port = 0;
  readonly #ready: Promise<unknown>;
  #lastId = 0;

  constructor(bus: BusName, enginePort: number) {
    cluster.setupPrimary({ exec: join(__dirname, 'member.js'), args: [], silent: true });
    this.process = cluster.fork({ BUS: bus, BUS_PORT: enginePort });
    this.process.setMaxListeners(0);
    this.process.on('error', () => undefined);
    this.#ready = this.#answer(0);
  }

  static async start(bus: BusName, enginePort: number): Promise<Member> {
    const member = new Member(bus, enginePort);
    await member.#ready;
    member.port = await member.call('port');
    return member;
  }

  call<Name extends keyof Calls>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Result<Name>> {
    if (this.process.isDead()) return Promise.reject(new Error('The member has ended'));
    const id = ++this.#lastId;
    const answer = this.#answer(id);
    this.process.send({ id, call: name, args });
    return answer as Promise<Result<Name>>;
  }

  connect(): Promise<WebsocketDriver> {
    return new WebsocketDriver(this.port).open();
  }

  /** Connects a client of 0.9 that joins the endpoint `/chat`. */
  async joinEndpoint(): Promise<V1Client> {
    const client = await V1Client.open(this.port);
    client.send('1::/chat');
    await client.next();
    return client;
  }

  /** Repeats a call until its result is as expected. */
  async until<Name extends keyof Calls>(
    name: Name,
    isExpected: (result: Result<Name>) => boolean,
    ...args: Parameters<Calls[Name]>
  ): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      // A call may fail while other processes start and end.
      const result = await this.call(name, ...args).catch((error: Error) => error);
      if (!(result instanceof Error) && isExpected(result)) return;
      if (performance.now() > deadline || this.process.isDead()) {
        throw new Error(`Timed out; ${name} is ${inspect(result)}`);
      }
      await delay(STEP_MS);
    }
  }

  untilEvent(event: string): Promise<void> {
    return this.until('events', (events) => events.includes(event));
  }

  async kill(): Promise<void> {
    if (this.process.isDead()) return;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.process.kill('SIGKILL');
    await exited;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: { id?: number; result?: unknown; error?: string }): void => {
        if (message.id !== id) return;
        this.process.off('message', onMessage);
        this.process.off('exit', onExit);
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(message.error));
      };
      const onExit = (): void => reject(new Error('The member has ended'));
      this.process.on('message', onMessage);
      this.process.once('exit', onExit);
    });
  }
}
