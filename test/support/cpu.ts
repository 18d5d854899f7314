/**
 * How much work something is, in CPU time of this process: unlike time on the clock, it does not
 * grow because other processes run.
 *
 * @module
 */

/** Milliseconds of CPU time since `start`, a result of `process.cpuUsage()`. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** CPU time that `work` takes, in milliseconds. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  return cpuMsSince(start);
}

/** The least CPU time of `runs` runs of synchronous `work`, in milliseconds. */
export function leastCpuMs(work: () => unknown, runs = 3): number {
  const times = Array.from({ length: runs }, () => {
    const start = process.cpuUsage();
    work();
    return cpuMsSince(start);
  });
  return Math.min(...times);
}
