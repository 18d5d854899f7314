/** Node as the platform of the client's core: timers, and no page. @module */
import { usePlatform } from '../core/platform.js';

/** Makes Node the platform. Must be called before the first `Socket` is created. */
export function useNode(): void {
  usePlatform({
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    navigator: {},
    location: { protocol: '', hostname: '', port: '' },
  });
}
