import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Load } from './protocol.js';

/** Watches how busy this process is, from now on. Returns what it was meanwhile. */
export function watchLoad(): () => Load {
  const resolution = 10;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 10 / (performance.now() - start);
    const lag = Math.max(0, delay.percentile(99) / 1e6 - resolution);
    return { cpu: Math.round(cpu), lag: Math.round(lag) };
  };
}
