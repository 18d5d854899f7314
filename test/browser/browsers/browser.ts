/**
 * The browser interface of the scenarios, independent of the driver.
 *
 * @module
 */

/** One window; its page is controlled through `window.harness` (page/harness.js). */
export interface Page {
  goto(url: string): Promise<void>;
  /** Calls `harness[method](...args)` in the page and awaits its result. */
  call<T>(method: string, ...args: readonly unknown[]): Promise<T>;
  /** Resolves with the value of an expression, also in a page without the harness. */
  evaluate<T>(expression: string): Promise<T>;
  /** Goes back by one page in the history, like the back button. */
  back(): Promise<void>;
  /** Resolves with the errors and warnings on the console since the last call. */
  problems(): Promise<readonly string[]>;
  /** Closes the window like a user: the page can run its `pagehide` handlers. */
  close(): Promise<void>;
}

/** The time limit of a command to a browser, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 40_000;

/** A running browser with a fresh profile. */
export interface Browser {
  readonly version: string;
  open(): Promise<Page>;
  close(): Promise<void>;
  /** Kills its processes, because it does not respond. */
  kill(): void;
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** Thrown by a launcher whose browser or driver is not installed. */
export class BrowserMissing extends Error {
  override readonly name = 'BrowserMissing';
  readonly code = 'ERR_SIO_TEST_BROWSER_MISSING';
}

/** The source text of a call of the harness. */
export function harnessCall(method: string, args: readonly unknown[]): string {
  return `harness[${JSON.stringify(method)}](...${JSON.stringify(args)})`;
}

/** The browsers' console messages about failed requests, which a page cannot suppress. */
const NETWORK_NOISE =
  /Failed to load resource|WebSocket connection to|can.t establish a connection|interrupted while the page|NS_ERROR_|Cross-Origin Request Blocked|net::ERR_|Loading failed for/;

/** True for a console line about a failed request rather than about a script error. */
export function isNetworkNoise(line: string): boolean {
  return NETWORK_NOISE.test(line);
}
