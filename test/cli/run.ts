import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterThisTest } from '../support/cleanup.js';
import { until, within } from '../support/wait.js';

export const PACKAGE: string = join(__dirname, '..', '..', '..');
const COMMAND = join(PACKAGE, 'build', 'lib', 'cli', 'index.js');

/** Node writes the coverage of a process that exits, not of one that a signal ends. */
const IS_COVERED = process.env['NODE_V8_COVERAGE'] !== undefined;
const EXIT_ON_SIGTERM = 'data:text/javascript,process.once("SIGTERM",()=>process.exit(143))';
const EXIT_MS = 5000;

/** One run of the command, in its own process. */
export class Run {
  readonly child: ChildProcessWithoutNullStreams;
  out = '';
  err = '';
  readonly #exit: Promise<unknown[]>;

  constructor(...args: [env: Record<string, string>, ...string[]] | string[]) {
    const [first, ...rest] = args;
    const [env, words] = typeof first === 'object' ? [first, rest] : [{}, args];
    const before = IS_COVERED ? ['--import', EXIT_ON_SIGTERM] : [];
    this.child = spawn(process.execPath, [...before, COMMAND, ...(words as string[])], {
      env: { ...process.env, ...env },
    });
    this.child.stdout.on('data', (text: Buffer) => (this.out += text.toString()));
    this.child.stderr.on('data', (text: Buffer) => (this.err += text.toString()));
    this.#exit = once(this.child, 'close');
    afterThisTest(() => this.#stop());
  }

  type(text: string): this {
    this.child.stdin.write(text);
    return this;
  }

  end(): this {
    this.child.stdin.end();
    return this;
  }

  shows(what: string | RegExp): Promise<void> {
    const matches = (): boolean =>
      typeof what === 'string' ? this.out.includes(what) : what.test(this.out);
    return until(matches, `${String(what)} in ${JSON.stringify(this.out + this.err)}`);
  }

  /** The exit code. */
  async code(): Promise<unknown> {
    return (await within(this.#exit, () => `the end of ${this.out}${this.err}`))[0];
  }

  /** The lines of JSON in the output, without their times. */
  events(): Record<string, unknown>[] {
    const lines = this.out.split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const { at, ...event } = JSON.parse(line) as Record<string, unknown>;
      expect(at).to.be.a('number');
      return event;
    });
  }

  async #stop(): Promise<void> {
    const limit = setTimeout(() => this.child.kill('SIGKILL'), EXIT_MS);
    this.child.kill('SIGTERM');
    await this.#exit;
    clearTimeout(limit);
  }
}
