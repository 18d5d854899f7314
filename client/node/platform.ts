/** Node as the platform of the client's core: timers, and no page. @module */
import { setPlatform } from '../core/platform.js';

/** Sets Node as the platform. Each `Socket` calls this, so that the import has no side effect. */
export function useNode(): void {
  setPlatform({
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    navigator: {},
    location: { protocol: '', hostname: '', port: '' },
  });
}
