import type { Chance } from './chance.js';
import { FAULTS, type Fault, type NetworkProfile } from './network.js';
import { TRANSPORTS } from './page.js';

/** What a seed chooses. */
export interface Profile extends NetworkProfile {
  /** How long things go wrong, in milliseconds. */
  readonly chaos: number;
  /** Mean times between messages of the client and of the server. */
  readonly upEvery: number;
  readonly downEvery: number;
  readonly transports: readonly string[];
  /** Mean time between links that the client closes without a reason; 0: never. */
  readonly abandonEvery: number;
  /** Mean time between probes of a WebSocket; 0: never. */
  readonly probeEvery: number;
  readonly restarts: number;
  readonly kicks: number;
  readonly goodbyes: number;
  readonly reloads: number;
  /** Mean time between requests of an attacker with the session id; 0: never. */
  readonly attackEvery: number;
  readonly window: number;
  readonly maxBuffer: number;
}

const LARGE = 16 * 1024 * 1024;

export function chooseProfile(chance: Chance): Profile {
  const faults: Partial<Record<Fault, number>> = {};
  for (const fault of FAULTS) {
    if (chance.happens(0.6)) faults[fault] = chance.oneOf([0.02, 0.1, 0.3]);
  }
  if (chance.happens(0.8)) faults.cut = chance.oneOf([0.5, 0.9, 1]);
  if (faults.slow !== undefined) faults.slow = chance.oneOf([0.005, 0.03]);
  if (faults.halfDead !== undefined) faults.halfDead = 0.4;
  const chaos = chance.oneOf([4000, 10_000, 30_000]);
  const some = (): number => (chance.happens(0.15) ? 1 : 0);
  return {
    faults,
    chaos,
    trip: chance.oneOf([3, 40, 400]),
    cutAfter: chance.oneOf([300, 2000, 15_000]),
    upEvery: chaos / chance.oneOf([10, 40, 150]),
    downEvery: chaos / chance.oneOf([10, 40, 150]),
    transports: chance.happens(0.5)
      ? TRANSPORTS
      : [chance.oneOf(TRANSPORTS), chance.oneOf(TRANSPORTS)],
    abandonEvery: chance.oneOf([0, 0, 4000]),
    probeEvery: chance.oneOf([0, 3000]),
    restarts: chance.happens(0.1) ? 1 : 0,
    kicks: some(),
    goodbyes: some(),
    reloads: some(),
    attackEvery: chance.happens(0.3) ? 1500 : 0,
    window: chance.oneOf([2500, 120_000, 120_000]),
    maxBuffer: chance.oneOf([3000, LARGE, LARGE]),
  };
}
