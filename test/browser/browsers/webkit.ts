import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  BrowserMissing,
  COMMAND_TIMEOUT_MS,
  harnessCall,
  type Browser,
  type Page,
} from './browser.js';

const DRIVER = process.env['WEBKIT_DRIVER'] ?? '/usr/bin/WebKitWebDriver';
const XVFB = process.env['XVFB'] ?? '/usr/bin/Xvfb';
const MINI_BROWSER =
  process.env['WEBKIT'] ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

/** The time limit of a call of the harness; longer than all timeouts of the scenarios. */
const SCRIPT_TIMEOUT_MS = 35_000;

/** The time limit of loading a page, in milliseconds; the default of the driver is 5 minutes. */
const LOAD_TIMEOUT_MS = 15_000;

interface WindowHandle {
  readonly handle: string;
}

/** The plain WebDriver protocol: JSON over HTTP. */
class WebDriver {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = {
      method,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
    };
    if (method === 'POST') init.body = JSON.stringify(body ?? {});
    const response = await fetch(this.#base + path, init);
    const { value } = (await response.json()) as { value: T & { message?: string } };
    if (!response.ok) throw new Error(`WebDriver ${method} ${path}: ${String(value.message)}`);
    return value;
  }
}

/**
 * One window of the WebDriver session.
 *
 * A session has one current window, so commands are serialized: see {@link WebKitDriver.inWindow}.
 */
class WebKitPage implements Page {
  readonly #browser: WebKitDriver;
  readonly #handle: string;

  constructor(browser: WebKitDriver, handle: string) {
    this.#browser = browser;
    this.#handle = handle;
  }

  async goto(url: string): Promise<void> {
    await this.#command('/url', { url });
  }

  async call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    // The result is polled, so that a waiting page does not block the driver.
    const id = await this.#script<number>(
      `return harness.start(() => ${harnessCall(method, args)})`,
    );
    for (const end = performance.now() + SCRIPT_TIMEOUT_MS; performance.now() < end;) {
      const answer = await this.#script<{ value?: T; error?: string } | null>(
        `return harness.take(${id})`,
      );
      if (answer === null) await sleep(20);
      else if (answer.error === undefined) return answer.value as T;
      else throw new Error(answer.error);
    }
    throw new Error(`Expected a result of ${method} within ${SCRIPT_TIMEOUT_MS} ms`);
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.#script(`return ${expression}`);
  }

  async back(): Promise<void> {
    await this.#command('/back');
  }

  problems(): Promise<readonly string[]> {
    return this.#script<string[]>('return window.harness ? harness.faults() : []');
  }

  async close(): Promise<void> {
    await this.#browser.closeWindow(this.#handle);
  }

  #script<T>(script: string): Promise<T> {
    return this.#command<T>('/execute/sync', { script, args: [] });
  }

  #command<T>(path: string, body?: unknown): Promise<T> {
    return this.#browser.inWindow(this.#handle, (driver) => driver.send<T>('POST', path, body));
  }
}

class WebKitDriver implements Browser {
  readonly version: string;
  readonly #driver: WebDriver;
  readonly kill: () => void;
  /** The first window stays open: a session without windows ends. */
  readonly #home: string;
  #turn: Promise<unknown> = Promise.resolve();
  #current: string;

  constructor(driver: WebDriver, version: string, home: string, kill: () => void) {
    this.#driver = driver;
    this.version = version;
    this.#home = home;
    this.#current = home;
    this.kill = kill;
  }

  /** Runs commands with that window as the current one, after all earlier commands. */
  inWindow<T>(handle: string, commands: (driver: WebDriver) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      if (this.#current !== handle) {
        await this.#driver.send('POST', '/window', { handle });
        this.#current = handle;
      }
      return commands(this.#driver);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async open(): Promise<Page> {
    // A window and not a tab: timers of hidden tabs are throttled to 1 s.
    const opened = this.inWindow(this.#home, (driver) =>
      driver.send<WindowHandle>('POST', '/window/new', { type: 'window' }),
    );
    return new WebKitPage(this, (await opened).handle);
  }

  async closeWindow(handle: string): Promise<void> {
    await this.inWindow(handle, async (driver) => {
      await driver.send('DELETE', '/window');
      this.#current = '';
    });
  }

  async close(): Promise<void> {
    try {
      await this.#driver.send('DELETE', '');
    } finally {
      this.kill();
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts an X server on a free display; resolves with the display's number. */
async function startXvfb(): Promise<{ child: ChildProcess; display: string }> {
  const child = spawn(
    XVFB,
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const display = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Expected Xvfb to keep running, but it exited')));
    child.stdio[3]?.once('data', (line: Buffer) => resolve(`:${line.toString().trim()}`));
  });
  return { child, display };
}

async function untilReady(driver: WebDriver): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await driver.send('GET', '/status');
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(50);
    }
  }
}

/** Launches WebKitGTK's MiniBrowser by WebKitWebDriver on its own Xvfb. */
export async function launchWebKit(): Promise<Browser> {
  for (const path of [DRIVER, XVFB, MINI_BROWSER]) {
    if (!existsSync(path)) throw new BrowserMissing(`Expected ${path} to be installed`);
  }
  const { child: xvfb, display } = await startXvfb();
  const port = await freePort();
  const driverProcess = spawn(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' },
  });
  const kill = (): void => {
    driverProcess.kill('SIGKILL');
    // SIGTERM lets it remove its lock file; the browser exits when its display closes.
    xvfb.kill();
  };
  process.once('exit', kill);
  const root = new WebDriver(`http://127.0.0.1:${port}`);
  await untilReady(root);
  const { sessionId, capabilities } = await root.send<{
    sessionId: string;
    capabilities: { browserName: string; browserVersion: string };
  }>('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
        timeouts: { script: SCRIPT_TIMEOUT_MS, pageLoad: LOAD_TIMEOUT_MS },
      },
    },
  });
  const session = new WebDriver(`http://127.0.0.1:${port}/session/${sessionId}`);
  const home = await session.send<string>('GET', '/window');
  return new WebKitDriver(session, `WebKitGTK ${capabilities.browserVersion}`, home, kill);
}
