/** Node as the platform of the client's core: timers, and no page. @module */
import { setPlatform } from '../core/platform.js';

/**
 * Longest delay of a timer, about 25 days. Node runs a timer with a longer delay after 1 ms, which
 * would make every connection time out at once.
 */
export const MAX_DELAY_MS: number = 2 ** 31 - 1;

/** Sets Node as the platform. Each `Socket` calls this, so that the import has no side effect. */
export function useNode(): void {
  setPlatform({
    setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, MAX_DELAY_MS)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    navigator: {},
    location: { protocol: '', hostname: '', port: '' },
  });
}
