import { setImmediate } from 'node:timers/promises';

/** How long anything may take before a test says what it waited for. */
export const PATIENCE_MS = 4000;

/** Gives the event loop turns until `condition` holds. */
export async function until(condition: () => boolean, what = 'a condition'): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    // oxlint-disable-next-line eslint/no-await-in-loop -- that is what waiting is
    await setImmediate();
  }
}

/** Lets what is already on its way arrive: a few turns of the event loop. */
export async function settle(turns = 20): Promise<void> {
  // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

/** `promise`, or an error that says what did not come in time. */
export async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain for ${what()}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** The next exception that nobody catches; mocha does not see it. */
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
