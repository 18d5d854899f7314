/**
 * The servers behind the proxies.
 *
 * @module
 */
import { expect } from 'chai';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encode, listen, type Listener } from '../../lib/index.js';
import type { Driver } from '../support/drivers/index.js';
import { QUIET } from '../support/server.js';

const digits = (): string => String(randomInt(1e6)).padStart(6, '0');

/** A server whose session ids begin with its number, and which sends all messages back. */
export class Node {
  readonly listener: Listener;
  readonly #server = createServer((_request, response) => response.end('app'));

  constructor(number: number) {
    const generateId = (): string => `0${number}` + Array.from({ length: 6 }, digits).join('');
    this.listener = listen(this.#server, { ...QUIET, generateId });
    this.listener.on('connection', (client) => {
      client.on('message', (message) => client.send(message));
    });
  }

  get sessions(): number {
    return Object.keys(this.listener.clients).length;
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.listener.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const MESSAGES = ['hello', 'grüße 日本 \u{1f600}', { n: 1 }, 'x'.repeat(100_000)];

/** Sends messages, and expects each one back before the next: a proxy must not hold them. */
export async function exchange(
  driver: Driver,
  messages: readonly unknown[] = MESSAGES,
): Promise<void> {
  for (const message of messages) {
    await driver.send(encode(message));
    expect(await driver.next()).to.deep.equal(message);
  }
}

/** The reason why a promise rejects; `null` if it does not. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}
