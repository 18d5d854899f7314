/**
 * Closes after a test what it has opened, in reverse order.
 *
 * @module
 */
const opened: (() => unknown)[] = [];

/** Runs `close` after the test that is running. */
export function afterThisTest(close: () => unknown): void {
  opened.push(close);
}

afterEach('close what the test opened', async () => {
  for (let close = opened.pop(); close; close = opened.pop()) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- servers go after their clients
    await close();
  }
});
