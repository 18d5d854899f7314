import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** An object that can be awaited as well: it resolves when it has closed. */
export type Closing<T> = T & PromiseLike<void>;

type Target = ServerResponse | Socket;

function untilClosed(target: Target): Promise<void> {
  if (target.closed) return Promise.resolve();
  return new Promise((resolve) => {
    target.once('close', () => resolve());
  });
}

/** Resolves when all responses and sockets have closed. Never rejects. */
export async function allClosed(targets: readonly Target[]): Promise<void> {
  const bySocket = new Map<Socket, Promise<void>[]>();
  for (const target of targets) {
    const isResponse = 'writeHead' in target;
    const socket = isResponse ? target.req.socket : target;
    const responses = bySocket.get(socket) ?? [];
    bySocket.set(socket, responses);
    if (isResponse) responses.push(untilClosed(target));
  }
  await Promise.all(
    Array.from(bySocket, ([socket, responses]) =>
      // A pipelined response that waits for its turn does not close with its socket.
      responses.length === 0
        ? untilClosed(socket)
        : Promise.race([untilClosed(socket), Promise.all(responses)]),
    ),
  );
}

/**
 * Makes `closed` awaitable through an object, whose methods can still be called in a chain.
 *
 * The object itself does not get a `then`: an async function could not return it any more.
 */
export function awaitable<T extends object>(object: T, closed: Promise<void>): Closing<T> {
  return new Proxy(object, {
    get(target, name) {
      const isOfPromise = name === 'then' || name === 'catch' || name === 'finally';
      const owner = isOfPromise ? closed : target;
      const value: unknown = Reflect.get(owner, name);
      return typeof value === 'function' && name !== 'constructor' ? value.bind(owner) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  }) as Closing<T>;
}
