import type { Browser, Page } from './browser.js';

/**
 * The windows of a browser, used again by one scenario after the other: opening one costs
 * more than most scenarios do. A window that waits shows an empty page.
 */
export class Windows {
  readonly #browser: Browser;
  readonly #idle: Page[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async take(): Promise<Page> {
    return this.#idle.pop() ?? (await this.#browser.open());
  }

  /** Takes a window back; one that the scenario closed is forgotten. */
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
