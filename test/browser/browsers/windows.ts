import type { Browser, Page } from './browser.js';

/**
 * The windows of a browser, reused by the scenarios: opening a window takes longer than most
 * scenarios. An idle window shows an empty page.
 */
export class Windows {
  readonly version: string;
  readonly #launch: () => Promise<Browser>;
  #browser: Promise<Browser>;
  #idle: Page[] = [];

  private constructor(browser: Browser, launch: () => Promise<Browser>) {
    this.version = browser.version;
    this.#browser = Promise.resolve(browser);
    this.#launch = launch;
  }

  static async open(launch: () => Promise<Browser>): Promise<Windows> {
    return new Windows(await launch(), launch);
  }

  get browser(): Promise<Browser> {
    return this.#browser;
  }

  /** Replaces a browser that hangs; only the first of several calls does so. */
  async replace(hung: Promise<Browser>): Promise<void> {
    if (this.#browser === hung) {
      this.#idle = [];
      this.#browser = hung.then((browser) => {
        browser.kill();
        return this.#launch();
      });
    }
    await this.#browser;
  }

  async close(): Promise<void> {
    await (await this.#browser).close();
  }

  async take(): Promise<Page> {
    const idle = this.#idle.pop();
    return idle ?? (await this.#browser).open();
  }

  /** Returns a window to the pool; one that the scenario has closed is dropped. */
  async give(page: Page): Promise<void> {
    try {
      await page.goto('about:blank');
      await page.problems();
      this.#idle.push(page);
    } catch {
      await page.close().catch(() => undefined);
    }
  }
}
