/** Headless Chromium: pages that can be called, and what their consoles said. */

/*
 * The parts of puppeteer-core in use. Its own declarations need the DOM library, which has no
 * place in a project for Node.
 */
interface ConsoleMessage {
  type(): string;
  text(): string;
}
interface PuppeteerPage {
  goto(url: string, options: { waitUntil: 'load' }): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  on(event: 'console', listener: (message: ConsoleMessage) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
}
interface PuppeteerContext {
  newPage(): Promise<PuppeteerPage>;
  close(): Promise<void>;
}
interface PuppeteerBrowser {
  createBrowserContext(): Promise<PuppeteerContext>;
  close(): Promise<void>;
}
interface Puppeteer {
  launch(options: object): Promise<PuppeteerBrowser>;
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export class Page {
  /** Errors on the console, and what was thrown and not caught. */
  readonly problems: string[] = [];
  readonly #page: PuppeteerPage;
  readonly #context: PuppeteerContext;

  constructor(page: PuppeteerPage, context: PuppeteerContext) {
    this.#page = page;
    this.#context = context;
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(`uncaught ${error.message}`));
  }

  async evaluate<T>(expression: string): Promise<T> {
    return (await this.#page.evaluate(expression)) as T;
  }

  /** Calls `rig[method]` in the page. */
  async call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.evaluate<T>(`rig.${method}(...${JSON.stringify(args)})`);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

export class Chromium {
  readonly #browser: PuppeteerBrowser;

  private constructor(browser: PuppeteerBrowser) {
    this.#browser = browser;
  }

  static async launch(): Promise<Chromium> {
    const puppeteer = require('puppeteer-core') as Puppeteer;
    return new Chromium(
      await puppeteer.launch({
        executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
        headless: true,
        args: ARGUMENTS,
      }),
    );
  }

  /** Opens a page in a window of its own: a tab behind another one is not drawn, and Ruffle stops. */
  async open(url: string): Promise<Page> {
    const context = await this.#browser.createBrowserContext();
    const page = await context.newPage();
    const opened = new Page(page, context);
    await page.goto(url, { waitUntil: 'load' });
    return opened;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
