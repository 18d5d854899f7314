import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Page } from '../browsers/browser.js';
import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import { impossible } from '../exceptions.js';
import { TRANSPORTS, type Scenario } from './scenario.js';

const SERVER = join(__dirname, '..', '..', '..', '..', 'example', 'server.js');

/** Runs example/server.js as a user would, on an ephemeral port, while `work` needs it. */
async function withExample(work: (url: string) => Promise<void>): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [SERVER], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const address = /http:\/\/localhost:(\d+)/;
    await eventually('the address of example/server.js', () => address.test(printed));
    await work(`http://127.0.0.1:${address.exec(printed)?.[1]}`);
  } finally {
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
}

/** The text of every element that the selector finds. */
function texts(page: Page, selector: string): Promise<string[]> {
  const list = `document.querySelectorAll(${JSON.stringify(selector)})`;
  return page.evaluate(`Array.prototype.map.call(${list}, (one) => one.textContent)`);
}

async function say(page: Page, text: string): Promise<void> {
  const field = "document.getElementById('text')";
  await page.evaluate(`(${field}.value = ${JSON.stringify(text)}, ${field}.form.onsubmit())`);
}

async function chats(context: Context, url: string): Promise<void> {
  const one = await context.window(`${url}/`);
  const two = await context.window(`${url}/chat.html#xhr-polling`);
  for (const [page, state] of [
    [one, /\w/],
    [two, /^xhr-polling$/],
  ] as const) {
    await eventually('a page that is up', async () => {
      const [text] = await texts(page, '#status.up #state');
      return text !== undefined && state.test(text);
    });
  }
  await say(one, 'hello <two>');
  await eventually("'hello <two>' in the other window", async () =>
    (await texts(two, '.line')).some((line) => line.endsWith('hello <two>')),
  );
  await say(two, 'hello one');
  await eventually("'hello one' in the first window", async () =>
    (await texts(one, '.line')).some((line) => line.endsWith('hello one')),
  );
  same((await texts(one, '.line.mine')).length, 1, 'own lines');
}

async function examines(context: Context, url: string): Promise<void> {
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
    run: (context) => withExample((url) => chats(context, url)),
  },
  {
    name: 'doctor page',
    transports: ['any'],
    clients: ['ours'],
    run: (context) => withExample((url) => examines(context, url)),
  },
];
