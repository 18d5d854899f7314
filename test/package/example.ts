import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const PACKAGE: string = join(__dirname, '..', '..', '..');

/** How long an example may take to print its address, in milliseconds. */
const START_MS = 15_000;

/** A program of `example/`, started as a reader would start it, on a free port. */
export class Example {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** What it has printed so far. */
  readonly lines: string[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, lines: string[]) {
    this.#child = child;
    this.url = url;
    this.lines = lines;
  }

  /** Starts `node FILE`; resolves when it has printed an address. */
  static start(file: string, port = '0', environment: object = {}): Promise<Example> {
    const child = spawn(process.execPath, [join(PACKAGE, file)], {
      env: { ...process.env, ...environment, PORT: port, DEBUG: '' },
    });
    const lines: string[] = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill();
        reject(new Error(`${file} printed no address: ${lines.join('\n')}`));
      }, START_MS);
      const onText = (text: string): void => {
        lines.push(...text.trimEnd().split('\n'));
        const url = /\b(?:https?|wss?):\/\/localhost:\d+/.exec(text)?.[0];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(new Example(child, url.replace('localhost', '127.0.0.1'), lines));
      };
      child.stdout.setEncoding('utf8').on('data', onText);
      child.stderr.setEncoding('utf8').on('data', onText);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`${file} ended with ${code}: ${lines.join('\n')}`));
      });
    });
  }

  /** The ids of the processes that it has started, on Linux. */
  async processes(): Promise<number[]> {
    const { pid } = this.#child;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it as Ctrl-C does; rejects if it has exited before. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`It ended: ${this.lines.join('\n')}`);
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await exited;
  }
}
