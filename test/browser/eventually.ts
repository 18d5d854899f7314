import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** How long either side may take to detect that the other one has closed, in milliseconds. */
export const NOTICE_MS = 2000;

/** Resolves when `condition` holds; rejects after `timeoutMs` with an error that names `expected`. */
export async function eventually(
  expected: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number = 5000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Expected ${expected} within ${timeoutMs} ms`);
    await sleep(10);
  }
}

/** Asserts deep equality, with a message that is short enough for a table of results. */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  const got = JSON.stringify(actual) ?? 'undefined';
  const wanted = JSON.stringify(expected);
  let at = 0;
  while (at < wanted.length && got[at] === wanted[at]) at++;
  const from = Math.max(0, at - 20);
  throw new Error(
    `Expected ${what} …${wanted.slice(from, from + 80)} got …${got.slice(from, from + 80)}`,
  );
}
