/**
 * The same scenarios over every engine. Those of one scenario run at the same time: most of it is
 * waiting. `BUS=nats` runs the engines with this text in their names only. `TABLE=1` prints how many of
 * the scenarios have passed over each engine: `TABLE=1 npm run unit -- --grep 'several processes'`.
 *
 * @module
 */
import { canStart, ENGINES, Group } from './group.js';
import type { BusName } from './open-bus.js';
import { SCENARIOS } from './scenarios.js';

/** Runs a scenario over engines; the error has the names of those that failed. */
async function runAll(
  groups: readonly Group[],
  run: (group: Group) => Promise<void>,
  onPass: (engine: BusName) => void,
): Promise<void> {
  const results = await Promise.allSettled(
    groups.map(async (group) => {
      await group.reset();
      await run(group);
      onPass(group.name);
    }),
  );
  const failures = results.flatMap((result, i) =>
    result.status === 'rejected' ? [`${groups[i]?.name}: ${describeError(result.reason)}`] : [],
  );
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}

const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

describe('Listeners of several processes', function () {
  this.timeout(120_000);
  const groups: Group[] = [];
  const passed: Record<string, number> = {};

  before('start the engines', async () => {
    const names = (Object.keys(ENGINES) as BusName[]).filter((name) =>
      name.includes(process.env['BUS'] ?? ''),
    );
    for (const name of names) {
      if (canStart(ENGINES[name])) continue;
      console.warn(`${ENGINES[name].kind?.program} is not installed: no test of ${name}`);
    }
    const started = names.filter((name) => canStart(ENGINES[name]));
    groups.push(...(await Promise.all(started.map((name) => Group.start(name)))));
  });

  after('stop the engines', async () => {
    if (process.env['TABLE']) console.table(passed);
    await Promise.all(groups.map((group) => group.stop()));
  });

  for (const [title, { needs, run }] of Object.entries(SCENARIOS)) {
    it(title, () =>
      runAll(
        groups.filter(({ abilities }) => needs === undefined || abilities.includes(needs)),
        run,
        (engine) => {
          passed[engine] = (passed[engine] ?? 0) + 1;
        },
      ),
    );
  }
});
