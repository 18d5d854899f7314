import { expect } from 'chai';
import { createServer } from 'node:http';
import { createContext, runInContext } from 'node:vm';
import type { Bus, ListenerStats } from '../../lib/index.js';
import { listen } from '../../lib/index.js';
import { prometheus } from '../../lib/metrics/index.js';
import { resolveOptions } from '../../lib/options.js';
import { codeBlocks, readDoc, sections } from './docs.js';

const PAGE = readDoc('docs/operations.md');
const BENCHMARKS = readDoc('test/bench/README.md');

/** The rows of the table below a heading, without its head. */
function tableBelow(text: string, title: string): string[][] {
  const found = sections(text).find((section) => section.title === title);
  const rows = (found?.text ?? '').split('\n').filter((line) => line.startsWith('| '));
  return rows
    .map((row) => row.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter(([first = '']) => !first.startsWith('---'))
    .slice(1);
}

/** What a row of the benchmarks means for socket.io-node: the figure of bare `ws`, times the ratio. */
function measured(work: string): string {
  const row = tableBelow(BENCHMARKS, 'Results').find(([name]) => name === work);
  if (!row) throw new Error(`The benchmarks have no row ${work}`);
  const [, base = '', , , own = ''] = row;
  const [, figure, unit = ''] = /\(([\d.]+)(?: \/ [\d.]+)? (µs|KiB)/.exec(base) ?? [];
  if (figure === undefined) return own;
  const product = Number(figure) * Number(own.split(' / ')[0]);
  return `${product >= 100 ? product.toFixed(0) : product.toFixed(1)} ${unit}`;
}

/** The body of the health check. */
interface Health {
  readonly lateMs: number;
  readonly isBusUp: boolean;
}

/** A bus without an engine: its metrics are those of every bus. */
const NO_ENGINE: Bus = {
  publish: () => Promise.resolve(),
  subscribe: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('docs/operations.md', () => {
  const costs = tableBelow(PAGE, 'How many clients a machine serves');
  const costOf = (what: string): number =>
    Number.parseFloat(costs.find(([name]) => name === what)?.[1] ?? '');

  it('has the costs of sessions and messages', () => {
    expect(costs).to.have.lengthOf(9);
  });

  for (const [what, cost, work = ''] of costs) {
    it(`has the measured cost of ${what}`, () => {
      expect(cost).to.equal(measured(work));
    });
  }

  it('computes the examples from these costs', () => {
    const memory = (10_000 * (costOf('an idle WebSocket session') + 3.5)) / 1024;
    const heartbeats = (1000 * costOf('a heartbeat')) / 1e6;
    const answers = (1000 * costOf('the same, 1,000 clients')) / 1e6;
    const reconnects = (10_000 * costOf('a new session over WebSocket, and its end')) / 1e6;
    const broadcast = (10_000 * costOf('a broadcast, for each of 1,000 clients')) / 1000;
    expect(BENCHMARKS).to.include('3.5 KiB of the kernel');
    expect(PAGE).to.include(`take ${Math.round(memory)} MiB`);
    expect(PAGE.replace(/\s+/g, ' '))
      .to.include(`which are ${Math.round(heartbeats * 100)} % of a core`)
      .and.include(`another ${(answers * 100).toFixed(1)} %`)
      .and.include(`${Math.round((reconnects / 30) * 100)} % of a core meanwhile`)
      .and.include(`would take ${reconnects.toFixed(1)} seconds`)
      .and.include(`to all of them takes ${Math.round(broadcast)} ms`);
  });

  for (const [option = '', value] of tableBelow(PAGE, 'Limits to set')) {
    it(`has the default of ${option}`, () => {
      const defaults: Record<string, unknown> = resolveOptions();
      expect(value).to.equal(`\`${String(defaults[option.replaceAll('`', '')])}\``);
    });
  }

  it('has a health check that answers 503 without a bus', () => {
    const code = codeBlocks(PAGE, 'js').find((block) => block.includes('function health')) ?? '';
    const context = createContext({ require, listener: { bus: null } });
    const health = runInContext(`${code}; health`, context) as (
      request: unknown,
      response: unknown,
    ) => void;
    const check = (bus: object | null): [status: number, body: Health] => {
      let status = 0;
      let body = '';
      const response = {
        writeHead: (given: number) => (status = given),
        end: (text: string) => (body = text),
      };
      context['listener'] = { bus };
      health(null, response);
      return [status, JSON.parse(body) as Health];
    };
    const [status, body] = check({ isUp: true });
    // A busy machine may be late.
    expect(status).to.equal(body.lateMs < 1000 ? 200 : 503);
    expect([body.isBusUp, check(null)[1].isBusUp]).to.deep.equal([true, true]);
    expect(check({ isUp: false })).to.deep.include(503);
  });

  it('explains every metric, and no other', async () => {
    const listener = listen(createServer(), {
      log: false,
      flashPolicyServer: false,
      bus: NO_ENGINE,
    });
    const stats = listener.stats();
    // Metrics with labels have samples only if there is something to count.
    const group = { protocol: '0.6', transport: 'websocket', state: 'open', count: 1 } as const;
    const peer = { node: 'a', sessions: 1, behind: 0, lagMs: 0, silentMs: 0 };
    const source = {
      options: listener.options,
      stats: (): ListenerStats => ({
        ...stats,
        sessions: { ...stats.sessions, groups: [group] },
        bus: stats.bus && { ...stats.bus, peers: [peer] },
      }),
    };
    const names = [...prometheus(source).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    await listener.close();
    const explained = tableBelow(PAGE, 'What each counter means').map(([name = '']) =>
      name.replaceAll('`', ''),
    );
    expect(names.length).to.be.greaterThan(20);
    expect(explained).to.have.members(names);
  });
});
