/**
 * Detects whether the engine works, from the messages that arrive and those that it accepts.
 *
 * It is down when publishing fails for a while, or when nothing arrives: neither messages of this
 * process, if the engine returns them, nor messages of the others. While it is down, no process is
 * removed: a silent process may be running.
 *
 * @module
 */
import type { ResolvedBusOptions } from './bus.js';

/** How long publishing may fail before the engine counts as down, in milliseconds. */
const FAILING_MS = 250;

export class Health {
  readonly #options: ResolvedBusOptions;
  readonly #onChange: (reason: string | null) => void;
  #isUp = true;
  #failingSince: number | null = null;
  #lastArrival: number;
  #expectsArrivals = false;

  /** @param onChange called with the reason when the engine goes down, with null when it is back */
  constructor(options: ResolvedBusOptions, now: number, onChange: (reason: string | null) => void) {
    this.#options = options;
    this.#lastArrival = now;
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** An envelope has arrived, of this process or another one. */
  onArrival(now: number): void {
    this.#lastArrival = now;
    this.#expectsArrivals = true;
    this.#failingSince = null;
    this.#goUp();
  }

  /** The engine has taken an envelope (null), or has not. */
  onPublish(error: unknown, now: number): void {
    if (error === null) {
      this.#failingSince = null;
      // Nothing is expected to arrive from an engine without echo before there is another process.
      if (!this.#expectsArrivals) this.#goUp();
      return;
    }
    this.#failingSince ??= now;
    if (now - this.#failingSince >= FAILING_MS) this.#goDown(`publish failed: ${messageOf(error)}`);
  }

  /** The last other process has left: an engine without echo is silent from now on. */
  expectSilence(hasEcho: boolean): void {
    if (!hasEcho) this.#expectsArrivals = false;
  }

  check(now: number): void {
    const silence = now - this.#lastArrival;
    if (this.#expectsArrivals && silence > this.#options.timeout / 2) {
      this.#goDown(`nothing has arrived for ${Math.round(silence)} ms`);
    }
  }

  /** Resets the silence: this process was stopped, so nothing could arrive. */
  forgive(now: number): void {
    this.#lastArrival = now;
  }

  #goUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#onChange(null);
  }

  #goDown(reason: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#onChange(reason);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
