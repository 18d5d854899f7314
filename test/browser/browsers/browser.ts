/**
 * What the scenarios ask of a browser, whatever drives it.
 *
 * @module
 */

/** One window; the page in it speaks through `window.rig` (page/rig.js). */
export interface Page {
  goto(url: string): Promise<void>;
  /** Calls `rig[method](...args)` in the page and waits for the promise it may return. */
  call<T>(method: string, ...args: readonly unknown[]): Promise<T>;
  /** The value of an expression, in a page that has no rig. */
  evaluate<T>(expression: string): Promise<T>;
  /** Goes one page back in the history, the way the back button does. */
  back(): Promise<void>;
  /** What the browser's console complained about since the last call. */
  problems(): Promise<readonly string[]>;
  /** Closes the window as a user would: the page may run its `pagehide` handlers. */
  close(): Promise<void>;
}

/** Longest a command to a browser may take, in milliseconds: one that hangs must not hang the run. */
export const COMMAND_TIMEOUT_MS = 40_000;

/** A running browser with a fresh profile. */
export interface Browser {
  readonly version: string;
  open(): Promise<Page>;
  close(): Promise<void>;
  /** Ends its processes at once: it no longer answers. */
  kill(): void;
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** Thrown by a launcher whose browser or driver is not installed. */
export class BrowserMissing extends Error {
  override readonly name = 'BrowserMissing';
  readonly code = 'ERR_SIO_TEST_BROWSER_MISSING';
}

/** The source text of a call to the page's rig. */
export function rigCall(method: string, args: readonly unknown[]): string {
  return `rig[${JSON.stringify(method)}](...${JSON.stringify(args)})`;
}

/** A browser's own words for a request that failed; no page can keep them back. */
const NETWORK_NOISE =
  /Failed to load resource|WebSocket connection to|can.t establish a connection|interrupted while the page|NS_ERROR_|Cross-Origin Request Blocked|net::ERR_|Loading failed for/;

/** True for a console line that tells of a broken network rather than of a broken script. */
export function isNetworkNoise(line: string): boolean {
  return NETWORK_NOISE.test(line);
}
