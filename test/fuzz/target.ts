/** Reads untrusted bytes. It must not throw, and what it returns must hold. */
export interface Target {
  readonly name: string;
  /** Bytes to begin with, as Latin-1. */
  readonly seeds: readonly string[];
  readonly run: (bytes: Buffer) => void | Promise<void>;
  /** How many inputs are run before coverage is read; fewer for slow targets. */
  readonly batch?: number;
  /** Releases what the target has opened. */
  readonly close?: () => void;
}

export function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`It does not hold that ${what}`);
}
