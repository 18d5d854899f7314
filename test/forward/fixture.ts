import { EventEmitter } from 'node:events';
import type { Bus, ListenerOptions } from '../../lib/index.js';
import { serve, type Served } from '../support/server.js';
import { until } from '../support/wait.js';

/** An engine in this process. */
export class LocalEngine {
  readonly #messages = new EventEmitter().setMaxListeners(0);

  bus(): Bus {
    return {
      publish: (bytes) => void this.#messages.emit('message', Buffer.from(bytes)),
      subscribe: (receive) => void this.#messages.on('message', receive),
    };
  }
}

export const SECRET = 'a secret of all processes';

/** Listeners over one engine, after each has received the addresses of the others. */
export async function serveAll(count: number, options: ListenerOptions = {}): Promise<Served[]> {
  const engine = new LocalEngine();
  const members = await Promise.all(
    Array.from({ length: count }, () =>
      serve({
        ...options,
        bus: engine.bus(),
        busOptions: { secret: SECRET, address: '127.0.0.1' },
      }),
    ),
  );
  await until(
    () => members.every(({ io }) => addressesOf(io.bus).length === count - 1),
    'the addresses of the others',
  );
  return members;
}

export function addressesOf(bus: Served['io']['bus']): string[] {
  return [...(bus?.peers.values() ?? [])].flatMap(({ address }) => address || []);
}
