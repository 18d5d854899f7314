/**
 * Waiting for things that happen, never for time that passes.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/**
 * Longest wait before a test reports what it waited for. It only limits how long a failure takes:
 * a busy machine may need seconds for what takes milliseconds otherwise.
 */
export const TIMEOUT_MS = 15_000;

/** Runs turns of the event loop until `condition` holds. */
export async function until(condition: () => boolean, what = 'a condition'): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Timed out waiting for ${what}`);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
    await setImmediate();
  }
}

/** Both ends of a connection over the loopback interface, opened on first use. */
let loopback: Promise<readonly [Socket, Socket]> | undefined;

async function openLoopback(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  near.setNoDelay(true).unref();
  far.unref();
  return [near, far];
}

/** Sends a byte over the loopback interface, which delivers what was sent before it first. */
async function passLoopback(): Promise<void> {
  const [near, far] = await (loopback ??= openLoopback());
  const arrived = once(far, 'data');
  far.ref();
  near.write('.');
  await arrived;
  far.unref();
}

/** Lets what was already sent arrive and be handled. */
export async function flushEventLoop(turns = 20): Promise<void> {
  await passLoopback();
  // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

/** `promise`, or an error that names what did not happen in time. */
export async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Timed out waiting for ${what()}`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** The next uncaught exception, hidden from mocha. */
export function uncaught(): Promise<Error> {
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return within(
    new Promise<Error>((resolve) => process.once('uncaughtException', resolve)),
    () => 'an uncaught exception',
  ).finally(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  });
}
