/**
 * Timings of a session in milliseconds, every one filled in. `client.options` is the session's own
 * copy.
 */
export interface SessionOptions {
  timeout: number | null;
  heartbeatInterval: number;
  closeTimeout: number;
  duration: number;
  [other: string]: unknown;
}

/** Defaults of streaming transports, as in 0.6.18. */
export const STREAMING_DEFAULTS: Readonly<SessionOptions> = Object.freeze({
  timeout: 8000,
  heartbeatInterval: 10_000,
  closeTimeout: 0,
  duration: 20_000,
});

/** Defaults of polling transports, as in 0.6.18. */
export const POLLING_DEFAULTS: Readonly<SessionOptions> = Object.freeze({
  timeout: null,
  heartbeatInterval: 10_000,
  closeTimeout: 8000,
  duration: 20_000,
});
