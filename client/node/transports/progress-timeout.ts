/** A timeout for transports that counts the bytes of unfinished messages as progress. @module */
import { ProgressWatch } from '../progress.js';
import type { TransportType } from './features.js';

/** Replaces the timeout of silent connections; 0 is none. */
export function withProgressTimeout(Type: TransportType): TransportType {
  return class WithProgressTimeout extends Type {
    #watch: ProgressWatch | undefined;

    override setTimeout(): void {
      const { timeout } = this.options;
      if (this._isClosed || !(timeout > 0)) return;
      if (this.#watch) {
        this.#watch.restart();
        return;
      }
      this.#watch = new ProgressWatch(
        () => this.sockets(),
        timeout,
        () => this.onTimeout(),
      );
      this.timeout = this.#watch.timer;
    }
  };
}
