/**
 * Tests the flashsocket end to end: Chromium, Ruffle as the Flash player, our server.
 *
 * `npm run flash -- --help` prints its arguments.
 */
import { App } from './app.js';
import { isNetworkNoise, type Browser, type Page } from '../browser/browsers/browser.js';
import { launchChromium } from '../browser/browsers/puppeteer.js';
import { CONTRACT } from './contract.js';
import { readCommand } from '../support/command-line.js';
import { eventually, same } from '../browser/eventually.js';
import { Peer } from './peer.js';
import { OUR_SCENARIOS, SCENARIOS, type Context } from './scenarios.js';
import { Site } from './site.js';
import { SocketProxy } from './socket-proxy.js';
import { WireServer } from './wire-server.js';

/** The time limit of a scenario, in milliseconds. */
const LIMIT_MS = 20_000;
/** The swf of 2011 generates an invalid key in one of a few hundred handshakes. */
const TRIES_OF_2011 = 2;
const PAGES = {
  'our page, our swf': 'ours',
  '2011 page, our swf': 'mixed',
  '2011 page, 2011 swf': '2011',
};

const { words } = readCommand({
  name: 'npm run flash --',
  summary: 'Tests the flashsocket end to end.',
  words: '[WORDS OF THE LINES TO RUN...]',
  options: {},
});
let passed = 0;
let failed = 0;

function isWanted(line: string): boolean {
  return words.every((word) => line.includes(word));
}

/** Runs `work`; resolves with the message of its failure, or undefined. */
async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected an end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([work(), limit]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

async function report(line: string, work: () => Promise<void>, tries = 1): Promise<void> {
  const start = performance.now();
  let failure = await attempt(work);
  for (let again = 1; failure !== undefined && again < tries; again++) {
    console.log(`again ${line}: ${failure}`);
    failure = await attempt(work);
  }
  const ms = Math.round(performance.now() - start);
  if (failure === undefined) passed++;
  else failed++;
  console.log(failure === undefined ? `ok    ${line} (${ms} ms)` : `FAIL  ${line}: ${failure}`);
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.open();
  await page.goto(url);
  return page;
}

/** Errors on the console of a page, except those of Ruffle about the proxy. */
async function complaints(page: Page, proxy: SocketProxy): Promise<string[]> {
  // Scenarios restart the server: the client then requests a session that is not known any longer.
  return (await page.problems()).filter(
    (line) =>
      !isNetworkNoise(line) &&
      !line.includes(`ws://127.0.0.1:${proxy.port}/`) &&
      !line.includes('WebSocket is already in CLOSING or CLOSED state'),
  );
}

async function runPages(
  browser: Browser,
  context: Pick<Context, 'app' | 'proxy' | 'serve'>,
): Promise<void> {
  for (const [kind, name] of Object.entries(PAGES)) {
    const scenarios = name === 'ours' ? { ...SCENARIOS, ...OUR_SCENARIOS } : SCENARIOS;
    const wanted = Object.entries(scenarios).filter(([title]) => isWanted(`${kind}: ${title}`));
    if (wanted.length === 0) continue;
    const openAt = (host: string): Promise<Page> =>
      openPage(browser, `http://${host}:${context.app.port}/${name}.html`);
    const page = await openAt('127.0.0.1');
    const otherPage = await openAt('127.0.0.1');
    // Scenarios must not restart the server while the page loads Ruffle from it.
    await report(`${kind}: loads`, async () => {
      for (const each of [page, otherPage]) {
        await (await Peer.connect(each, 'first', context.app)).disconnect();
      }
    });
    for (const [title, scenario] of wanted) {
      const run = (): Promise<void> => scenario({ ...context, page, otherPage, openAt }, title);
      await report(`${kind}: ${title}`, run, name === '2011' ? TRIES_OF_2011 : 1);
    }
    if (name === 'ours') {
      await report(`${kind}: nothing on the console`, async () => {
        same(await complaints(page, context.proxy), [], 'complaints');
      });
    }
    await page.close();
    await otherPage.close();
  }
}

async function runContract(browser: Browser, app: App, wire: WireServer): Promise<void> {
  for (const [name, checks] of Object.entries(CONTRACT)) {
    const wanted = Object.entries(checks).filter(([title]) => isWanted(`swf of ${name}: ${title}`));
    if (wanted.length === 0) continue;
    const page = await openPage(browser, `http://127.0.0.1:${app.port}/swf-${name}.html`);
    await eventually('the swf to load', async () => page.call('isReady'), 15_000);
    const tries = name === '2011' ? TRIES_OF_2011 : 1;
    for (const [title, check] of wanted) {
      const run = async (): Promise<void> => {
        await page.call('forget');
        await page.call('call', 'setCallerUrl', [`http://127.0.0.1:${app.port}/`]);
        await check({ page, wire, port: wire.port });
      };
      await report(`swf of ${name}: ${title}`, run, tries);
    }
    await page.close();
  }
}

async function main(): Promise<void> {
  const browser = await launchChromium();
  const proxy = await SocketProxy.start();
  const wire = await WireServer.start();
  const app = new App();
  const site = new Site(proxy.port, wire.port);
  await app.start(site.serve);
  site.addPages(app.port);
  proxy.policyPort = app.policyPort;
  proxy.trusted.add(wire.port);
  await runContract(browser, app, wire);
  await runPages(browser, { app, proxy, serve: site.serve });
  await app.stop();
  wire.close();
  proxy.close();
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
