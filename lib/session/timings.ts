/**
 * Timings of a session in milliseconds. `client.options` is the session's own copy, and may be
 * written to at any time.
 */
export interface SessionOptions {
  /** How long a client may take to echo a heartbeat; `null` or 0: no heartbeats. */
  timeout: number | null;
  heartbeatInterval: number;
  closeTimeout: number;
  /** How long a poll stays open. Only polling transports have it. */
  duration?: number;
  [other: string]: unknown;
}

/** Defaults of streaming transports, as in 0.6.18. */
export const STREAMING_DEFAULTS: Readonly<SessionOptions> = Object.freeze({
  timeout: 8000,
  heartbeatInterval: 10_000,
  closeTimeout: 0,
});

/** Defaults of polling transports, as in 0.6.18. */
export const POLLING_DEFAULTS: Readonly<SessionOptions & { readonly duration: number }> =
  Object.freeze({
    timeout: null,
    heartbeatInterval: 10_000,
    closeTimeout: 8000,
    duration: 20_000,
  });

/** A timing that an application may have set: a valid one, or else the default. */
export function validTiming(value: unknown, byDefault: number): number {
  const ms = Number(value ?? NaN);
  return ms >= 0 ? ms : byDefault;
}
