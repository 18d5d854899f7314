/**
 * Feeds the parsers and the server with inputs that reach new code:
 * `npm run fuzz -- --seconds 600 [--only server]`.
 *
 * V8 counts which blocks of lib have run; an input that reaches a block no other one has
 * reached is kept, and mutated further. (Jazzer.js, which does the same, ships a binary for
 * newer systems only.)
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- it only has to come first
import '../soak/outside-mocha.js';
import { Session, type Profiler } from 'node:inspector';
import { numberOption, readCommand, textOption } from '../support/command-line.js';
import { Random } from '../soak/random.js';
import type { Target } from './target.js';
import { TARGETS } from './targets.js';

const LIB = '/build/lib/';
/** Reading coverage takes longer than running: it is read once for so many inputs. */
const BATCH = 256;
const LONGEST = 4096;
const INTERESTING = [
  '~m~',
  '~j~',
  '~h~',
  '~m~0~m~',
  '\0',
  '\xff',
  '\xff\0',
  '&',
  'data=',
  '%',
  '"',
  '[',
  '{',
  '}',
  '\\',
  '\n',
  '/',
  '99999999999',
  '-1',
  '\u2028',
  '://',
  ' ',
  '\xef\xbf\xbd',
  ':',
  '+',
  '3:::',
  '5:::',
  '"name":"',
  '"args":[',
];

export interface Findings {
  readonly executions: number;
  readonly corpus: number;
  readonly blocks: number;
  readonly failures: readonly { readonly input: string; readonly error: string }[];
}

/** Reports which blocks of lib have run. */
class Coverage {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The blocks that have run since the last look. */
  look(): Set<string> {
    const blocks = new Set<string>();
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const script of result) if (script.url.includes(LIB)) read(script, blocks);
    });
    return blocks;
  }

  stop(): void {
    this.#session.disconnect();
  }
}

function read({ url, functions }: Profiler.ScriptCoverage, blocks: Set<string>): void {
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) {
      if (count > 0) blocks.add(`${url}:${startOffset}-${endOffset}`);
    }
  }
}

function mutate(random: Random, corpus: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(corpus[random.below(corpus.length)] ?? '');
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    const end = Math.min(bytes.length, at + random.below(16));
    const token = Buffer.from(INTERESTING[random.below(INTERESTING.length)] ?? '', 'latin1');
    const other = corpus[random.below(corpus.length)] ?? token;
    const middles = [
      Buffer.of(random.below(256)),
      token,
      Buffer.alloc(0),
      other.subarray(random.below(other.length + 1)),
      Buffer.concat(Array<Buffer>(1 + random.below(8)).fill(bytes.subarray(at, end))),
    ];
    const middle = middles[random.below(middles.length)] ?? token;
    const isInsertion = random.below(2) === 0;
    bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(isInsertion ? at : end)]);
  }
  return bytes.subarray(0, LONGEST);
}

/* oxlint-disable eslint/no-await-in-loop -- one input after the other */
/** Fuzzes one target for as long as `isDue` is false. */
export async function fuzz(
  target: Target,
  seed: number,
  isDue: (executions: number, failures: number) => boolean,
): Promise<Findings> {
  const random = new Random(seed);
  const coverage = new Coverage();
  const corpus: Buffer[] = target.seeds.map((text) => Buffer.from(text, 'latin1'));
  const failures: { input: string; error: string }[] = [];
  let executions = 0;
  async function execute(input: Buffer): Promise<void> {
    executions++;
    try {
      await target.run(input);
    } catch (error) {
      failures.push({ input: JSON.stringify(input.toString('latin1')), error: String(error) });
    }
  }
  for (const input of corpus) await execute(input);
  const seen = coverage.look();
  while (!isDue(executions, failures.length) && failures.length < 10) {
    const batch = Array.from({ length: target.batch ?? BATCH }, () => mutate(random, corpus));
    for (const input of batch) await execute(input);
    const fresh = new Set([...coverage.look()].filter((block) => !seen.has(block)));
    // the batch has covered new code: find the input that did it
    for (const input of batch) {
      if (fresh.size === 0) break;
      await execute(input);
      const found = [...coverage.look()].filter((block) => fresh.delete(block));
      if (found.length > 0) corpus.push(input);
      for (const block of found) seen.add(block);
    }
  }
  coverage.stop();
  target.close?.();
  return { executions, corpus: corpus.length, blocks: seen.size, failures };
}

/* oxlint-enable eslint/no-await-in-loop */

async function main(): Promise<void> {
  const { values } = readCommand({
    name: 'npm run fuzz --',
    summary: 'Sends mutated input to the parsers, and over real sockets to the server.',
    options: {
      seconds: numberOption(60, 'how long all targets take together'),
      seed: numberOption(Date.now() % 1_000_000, 'the seed of the mutations'),
      only: textOption('TEXT', 'only the targets whose name contains it', ''),
    },
  });
  const targets = TARGETS.filter(({ name }) => name.includes(values.only));
  if (targets.length === 0) {
    const names = TARGETS.map(({ name }) => `\n  ${name}`).join('');
    console.error(
      `Expected \`--only\` to be part of the name of a target, got ${values.only}${names}`,
    );
    process.exit(2);
  }
  const seconds = values.seconds / targets.length;
  for (const target of targets) {
    const end = performance.now() + seconds * 1000;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one target after the other
    const findings = await fuzz(target, values.seed, () => performance.now() > end);
    console.log(target.name, findings);
    if (findings.failures.length > 0) process.exitCode = 1;
  }
}

if (require.main === module) void main();
