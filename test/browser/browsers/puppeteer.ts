import { existsSync } from 'node:fs';

import {
  BrowserMissing,
  COMMAND_TIMEOUT_MS,
  harnessCall,
  type Browser,
  type Page,
} from './browser.js';

/*
 * The parts of puppeteer-core that are used. Its own declarations need the DOM library, which this
 * project does not include.
 */
interface ConsoleMessage {
  type(): string;
  text(): string;
}

interface PuppeteerPage {
  goto(url: string, options: { waitUntil: 'load' }): Promise<unknown>;
  goBack(options: { waitUntil: 'load'; timeout: number }): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'console', listener: (message: ConsoleMessage) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
}

interface PuppeteerBrowser {
  newPage(options: { type: 'tab' | 'window' }): Promise<PuppeteerPage>;
  version(): Promise<string>;
  close(): Promise<void>;
  process(): { kill(signal: 'SIGKILL'): boolean } | null;
}

interface LaunchOptions {
  readonly browser: 'chrome' | 'firefox';
  readonly executablePath: string;
  readonly headless: true;
  readonly args: readonly string[];
  readonly protocolTimeout?: number;
  readonly extraPrefsFirefox?: Readonly<Record<string, unknown>>;
}

interface Puppeteer {
  launch(options: LaunchOptions): Promise<PuppeteerBrowser>;
}

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Several windows are open at once; timers of hidden windows must not be throttled to 1 s. */
const FIREFOX_PREFS = {
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
};

class PuppeteerPageDriver implements Page {
  readonly #page: PuppeteerPage;
  readonly #close: () => Promise<void>;
  #problems: string[] = [];

  constructor(page: PuppeteerPage, close: () => Promise<void>) {
    this.#page = page;
    this.#close = close;
    page.on('console', (message) => {
      const type = message.type();
      if (type === 'error' || type === 'warn') this.#problems.push(message.text());
    });
    page.on('pageerror', (error) => this.#problems.push(`uncaught ${error.message}`));
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url, { waitUntil: 'load' });
  }

  call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.evaluate(harnessCall(method, args));
  }

  async evaluate<T>(expression: string): Promise<T> {
    return (await this.#page.evaluate(expression)) as T;
  }

  async back(): Promise<void> {
    await this.#page.goBack({ waitUntil: 'load', timeout: 5000 });
  }

  problems(): Promise<readonly string[]> {
    const seen = this.#problems;
    this.#problems = [];
    return Promise.resolve(seen);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

class PuppeteerDriver implements Browser {
  readonly version: string;
  readonly #browser: PuppeteerBrowser;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(browser: PuppeteerBrowser, version: string) {
    this.#browser = browser;
    this.version = version;
  }

  async open(): Promise<Page> {
    // Firefox cannot open a window while it closes another one.
    return this.#inTurn(async () => {
      const page = await this.#browser.newPage({ type: 'window' });
      return new PuppeteerPageDriver(page, () => this.#inTurn(() => page.close()));
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  kill(): void {
    this.#browser.process()?.kill('SIGKILL');
  }
}

async function launch(options: LaunchOptions): Promise<Browser> {
  const path = options.executablePath;
  if (!existsSync(path)) throw new BrowserMissing(`Expected ${path} to be installed`);
  const puppeteer = require('puppeteer-core') as Puppeteer;
  const browser = await puppeteer.launch({ ...options, protocolTimeout: COMMAND_TIMEOUT_MS });
  return new PuppeteerDriver(browser, await browser.version());
}

export function launchChromium(): Promise<Browser> {
  return launch({
    browser: 'chrome',
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: CHROMIUM_ARGS,
  });
}

/** Firefox by its own WebDriver BiDi implementation, without geckodriver. */
export function launchFirefox(): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    headless: true,
    args: [],
    extraPrefsFirefox: FIREFOX_PREFS,
  });
}
