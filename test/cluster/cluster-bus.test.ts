import { expect } from 'chai';
import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { clusterBus, relay } from '../../lib/bus/index.js';
import { afterThisTest } from '../support/cleanup.js';
import { WebsocketDriver } from '../support/drivers/index.js';

/** A worker, and calls of its functions. */
class Member {
  readonly worker: Worker;
  port = 0;
  #lastId = 0;

  constructor() {
    this.worker = cluster.fork();
    this.worker.setMaxListeners(0);
    this.worker.on('error', () => undefined);
    afterThisTest(() => void this.worker.process.kill('SIGKILL'));
  }

  call(name: string, ...args: string[]): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const onMessage = (message: { id?: number; result?: unknown }): void => {
        if (message.id !== id) return;
        this.worker.off('message', onMessage);
        resolve(message.result);
      };
      this.worker.on('message', onMessage);
      this.worker.send({ id, call: name, args });
    });
  }

  async start(): Promise<this> {
    this.port = (await this.call('port')) as number;
    return this;
  }

  async connect(): Promise<WebsocketDriver> {
    return new WebsocketDriver(this.port).open();
  }

  /** Waits until the worker answers as expected. */
  async until(name: string, expected: unknown): Promise<void> {
    for (;;) {
      const result = await this.call(name);
      if (JSON.stringify(result) === JSON.stringify(expected)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function startAll(count: number): Promise<Member[]> {
  const members = Array.from({ length: count }, () => new Member());
  await Promise.all(members.map((member) => member.start()));
  await Promise.all(members.map((member) => member.until('peers', count - 1)));
  return members;
}

describe('clusterBus', function () {
  this.timeout(60_000);
  let endRelay: () => void;

  before(() => {
    cluster.setupPrimary({ exec: join(__dirname, 'worker.js'), args: [], silent: true });
    endRelay = relay(cluster);
  });

  after(() => endRelay());

  it('connects the workers of node:cluster, and notices one that is killed', async () => {
    const members = await startAll(3);
    const [a, b, c] = members as [Member, Member, Member];
    const drivers = await Promise.all(members.map((member) => member.connect()));
    await a.until('count', 3);
    for (let i = 0; i < 100; i++) void b.call('broadcast', `m${i}`);
    for (const driver of drivers) {
      for (let i = 0; i < 100; i++) expect(await driver.next()).to.equal(`m${i}`);
    }
    c.worker.process.kill('SIGKILL');
    await a.until('events', ['timeout']);
    await a.until('count', 2);
    await a.call('broadcast', 'two are left');
    expect(await (drivers[1] as WebsocketDriver).next()).to.equal('two are left');
  });

  it('reports a worker that closes its Listener at once', async () => {
    const [a, b] = (await startAll(2)) as [Member, Member];
    void b.call('close');
    await a.until('events', ['goodbye']);
  });

  it('throws in a process that has no primary', () => {
    const descriptor = Object.getOwnPropertyDescriptor(process, 'send');
    delete process.send;
    try {
      expect(() => clusterBus()).to.throw('Expected `clusterBus` to be called in a worker');
    } finally {
      if (descriptor) Object.defineProperty(process, 'send', descriptor);
    }
  });
});
