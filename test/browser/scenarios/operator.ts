import { join } from 'node:path';

import { Example } from '../../package/example.js';
import type { Page } from '../browsers/browser.js';
import type { Context } from '../context.js';
import { eventually, same } from '../eventually.js';
import type { Scenario } from './scenario.js';

const PASSWORD = 'secret of the operator';
const HOSTILE = '<img src=x onerror="window.isHarmed = true">';

const one = (selector: string): string => `document.querySelector(${JSON.stringify(selector)})`;

function textOf(page: Page, selector: string): Promise<string> {
  return page.evaluate(`(${one(selector)} || { textContent: '' }).textContent`);
}

function click(page: Page, selector: string): Promise<unknown> {
  return page.evaluate(`(${one(selector)}.click(), true)`);
}

async function logIn(page: Page): Promise<void> {
  const password = JSON.stringify(PASSWORD);
  const submit = `setTimeout(() => ${one('form')}.requestSubmit())`;
  await page.evaluate(`(${one('#password')}.value = ${password}, ${submit}, true)`);
  // A command is refused while the page changes.
  const state = (): Promise<string> => textOf(page, '.up').catch(() => '');
  await eventually('the page of the operator', async () => (await state()) === 'live');
}

/** The operator sees a client of the chat, reads its message as text, and ends its session. */
async function operates(context: Context, { url }: Example): Promise<void> {
  const page = await context.window(`${url}/operator`);
  await logIn(page);
  const chat = await context.window(`${url}/chat.html#xhr-polling`);
  await eventually('the client', async () =>
    (await textOf(page, '#clients tbody')).includes('xhr-polling'),
  );
  await eventually('a plot', () =>
    page.evaluate<boolean>(`${one('#plot-transport')}.querySelectorAll('polygon').length === 1`),
  );
  await click(page, '#clients tbody button');
  await eventually('the watched client', async () => (await textOf(page, '#watched')) !== '');
  const field = "document.getElementById('text')";
  const say = `(${field}.value = ${JSON.stringify(HOSTILE)}, ${field}.form.onsubmit(), true)`;
  await eventually('the message, as text', async () => {
    await chat.evaluate(say);
    return (await textOf(page, '#frames')).includes('<img src=x');
  });
  same(await page.evaluate<boolean>('window.isHarmed === true'), false, 'the harm');
  await page.evaluate(`(${one('#clients tbody .danger')}.click(), true)`);
  await click(page, '#confirm button[value=yes]');
  await eventually('the end of the session', async () =>
    /server disconnect[1-9]/.test(await textOf(page, '#ends')),
  );
}

export const operatorScenarios: readonly Scenario[] = [
  {
    name: 'operator page',
    transports: ['any'],
    clients: ['ours'],
    alone: true,
    // Before the login, the page is answered 401; the chat connects again.
    breaksNetwork: true,
    async run(context) {
      const environment = { OPERATOR_PASSWORD: PASSWORD };
      const example = await Example.start(join('example', 'operator.js'), '0', environment);
      try {
        await operates(context, example);
      } finally {
        await example.stop();
      }
    },
  },
];
