import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Page } from '../browsers/browser.js';
import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import { impossible } from '../exceptions.js';
import { TRANSPORTS, type Scenario } from './scenario.js';

const SERVER = join(__dirname, '..', '..', '..', '..', 'example', 'server.js');

/** example/server.js, run like by a user. */
class Example {
  #child: ChildProcess | undefined;
  #port = '0';

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it on an ephemeral port, or again on the previous one. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [SERVER], {
      env: { ...process.env, PORT: this.#port },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const address = /http:\/\/localhost:(\d+)/;
    await eventually('the address of example/server.js', () => address.test(printed));
    this.#port = address.exec(printed)?.[1] ?? '';
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
}

/** Runs the example until `work` has finished. */
async function withExample(work: (example: Example) => Promise<void>): Promise<void> {
  const example = new Example();
  try {
    await example.start();
    await work(example);
  } finally {
    await example.stop();
  }
}

/** Resolves with the texts of the elements that match a selector. */
function texts(page: Page, selector: string): Promise<string[]> {
  const list = `document.querySelectorAll(${JSON.stringify(selector)})`;
  return page.evaluate(`Array.prototype.map.call(${list}, (one) => one.textContent)`);
}

async function say(page: Page, text: string): Promise<void> {
  const field = "document.getElementById('text')";
  await page.evaluate(`(${field}.value = ${JSON.stringify(text)}, ${field}.form.onsubmit())`);
}

function isUp(page: Page, state: RegExp): Promise<void> {
  return eventually('a page that is up', async () => {
    const [text] = await texts(page, '#status.up #state');
    return text !== undefined && state.test(text);
  });
}

function shows(page: Page, text: string): Promise<void> {
  return eventually(`'${text}' in a window`, async () =>
    (await texts(page, '.line')).some((line) => line.endsWith(text)),
  );
}

async function chats(context: Context, { url }: Example): Promise<void> {
  const one = await context.window(`${url}/`);
  const two = await context.window(`${url}/chat.html#xhr-polling`);
  await isUp(one, /\w/);
  await isUp(two, /^xhr-polling$/);
  await say(one, 'hello <two>');
  await shows(two, 'hello <two>');
  await say(two, 'hello one');
  await shows(one, 'hello one');
  same((await texts(one, '.line.mine')).length, 1, 'own lines');
}

/** Messages sent while the server is down are delivered after its restart, and stay visible. */
async function survives(context: Context, example: Example): Promise<void> {
  const one = await context.window(`${example.url}/chat.html#websocket`);
  const two = await context.window(`${example.url}/chat.html#websocket`);
  await isUp(one, /websocket/);
  await isUp(two, /websocket/);
  await say(one, 'before');
  await shows(two, 'before');
  await example.stop();
  await eventually('a page that is down', async () => (await texts(one, '.up')).length === 0);
  await say(one, 'meanwhile');
  await example.start();
  await isUp(two, /websocket/);
  await shows(two, 'meanwhile');
  await isUp(one, /websocket/);
  same(await texts(one, '.line'), ['youbefore', 'youmeanwhile'], 'the lines of the sender');
  const [, ...lines] = (await texts(two, '.line')).map((line) => line.replace(/^guest \d+/, ''));
  same(lines, ['meanwhile'], 'the lines of the other window after the first');
}

/** Whether a reader who has scrolled up stays there, and is offered the new messages. */
async function keepsPlace(context: Context, { url }: Example): Promise<void> {
  const one = await context.window(`${url}/chat.html#websocket`);
  const two = await context.window(`${url}/chat.html#xhr-polling`);
  await isUp(one, /websocket/);
  await isUp(two, /^xhr-polling$/);
  for (let n = 1; n <= 60; n++) await say(one, `line ${n}`);
  await shows(two, 'line 60');
  const place = "document.getElementById('log').scrollTop";
  const offer = "document.getElementById('newer').style.display";
  const follows = await two.evaluate<number>(place);
  if (follows === 0) throw new Error('Expected the page to have scrolled to the end');
  await two.evaluate(`(${place} = 0)`);
  await say(one, 'while the other reads');
  await shows(two, 'while the other reads');
  same(await two.evaluate<number>(place), 0, 'the place of the reader');
  same(await two.evaluate<string>(offer), '', 'the button for new messages');
  await two.evaluate("document.getElementById('newer').onclick()");
  same(await two.evaluate<string>(offer), 'none', 'the button at the end');
  if ((await two.evaluate<number>(place)) < follows) throw new Error('Expected the end');
}

async function examines(context: Context, { url }: Example): Promise<void> {
  const page = await context.window(`${url}/doctor.html`);
  await eventually(
    'an end of the examination',
    () => page.evaluate('!!document.body.dataset.done'),
    20_000,
  );
  for (const transport of TRANSPORTS) {
    if (impossible('doctor page', { ...context.cell, transport }) !== undefined) continue;
    same(await texts(page, `#row-${transport} .result`), ['works'], transport);
  }
  const [automatic] = await texts(page, '#row-automatic .result');
  same(automatic, 'works by websocket', 'the automatic choice');
  const frames = await texts(page, '.frame.down');
  if (frames.length < TRANSPORTS.length) throw new Error(`Expected frames, got ${frames.length}`);
}

export const exampleScenarios: readonly Scenario[] = [
  {
    name: 'chat page',
    transports: ['any'],
    clients: ['ours'],
    run: (context) => withExample((example) => chats(context, example)),
  },
  {
    name: 'chat page, reading back',
    transports: ['any'],
    clients: ['ours'],
    run: (context) => withExample((example) => keepsPlace(context, example)),
  },
  {
    name: 'chat page, server restarted',
    breaksNetwork: true,
    transports: ['any'],
    clients: ['ours'],
    run: (context) => withExample((example) => survives(context, example)),
  },
  {
    name: 'doctor page',
    transports: ['any'],
    clients: ['ours'],
    run: (context) => withExample((example) => examines(context, example)),
  },
];
