/** Another process has not answered in time. */
export class BusError extends Error {
  /** Stable. */
  readonly code = 'ERR_SIO_BUS_TIMEOUT';
  /** The processes that have not answered, by their node ids. */
  readonly missing: readonly string[];

  constructor(missing: readonly string[], timeoutMs: number) {
    super(`Expected an answer from ${missing.join(', ')} within ${timeoutMs} ms`);
    this.name = 'BusError';
    this.missing = missing;
  }
}
