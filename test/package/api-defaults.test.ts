import { expect } from 'chai';
import {
  DEFAULTS as NODE_DEFAULTS,
  TRANSPORTS as NODE_TRANSPORTS,
} from '../../client/node/options.js';
import { resolveOptions } from '../../lib/options.js';
import { POLLING_DEFAULTS, STREAMING_DEFAULTS } from '../../lib/session/timings.js';
import { REFUSALS } from '../../lib/access/refusal.js';
import { BUILT_IN } from '../../lib/transports/index.js';
import { readDoc, rowsBelow } from './docs.js';

const API = readDoc('docs/api.md');
const OPTIONS = readDoc('lib/options.ts');

/** Defaults that the table describes in words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  transports: 'all seven',
  log: 'to stdout',
  authorize: 'all clients may connect',
  bus: 'none',
  clock: 'the clock of the system',
  generateId: '38 random digits',
};

/** The doc comment of an option. */
function docOf(option: string): string {
  const [before = ''] = OPTIONS.split(`readonly ${option}?:`);
  return before.slice(before.lastIndexOf('/**'));
}

const asJson = (text: string): string => text.replaceAll("'", '"');

describe('the defaults in docs/api.md', () => {
  const defaults: Record<string, unknown> = {
    authorize: undefined,
    bus: undefined,
    busOptions: {},
    ...resolveOptions({}),
  };

  it('include every option of `listen`', () => {
    const names = Object.keys(defaults);
    expect(rowsBelow(API, 'ListenerOptions').map(([name]) => name)).to.have.members(names);
  });

  for (const [name = '', text = '', unit = ''] of rowsBelow(API, 'ListenerOptions')) {
    it(`are right for ${name}: ${text} ${unit}`, () => {
      if (name in IN_WORDS) expect(text).to.equal(IN_WORDS[name]);
      else expect(JSON.stringify(defaults[name])).to.equal(asJson(text));
      const inDocs = unit === 'ms' ? 'milliseconds' : unit;
      expect(docOf(name).toLowerCase()).to.include(inDocs);
    });
  }

  it('are right for the timings of streaming and polling transports', () => {
    const shown = rowsBelow(API, 'Timings: ').map(([name = '', streaming, polling]) => [
      name,
      streaming,
      polling,
    ]);
    expect(shown).to.deep.equal(
      ['timeout', 'heartbeatInterval', 'closeTimeout', 'duration'].map((name) => [
        name,
        name === 'duration' ? '' : String(STREAMING_DEFAULTS[name]),
        String(POLLING_DEFAULTS[name]),
      ]),
    );
  });

  it('name every built-in transport', () => {
    const named = rowsBelow(API, 'Transport names').map(([name]) => name);
    expect(named).to.deep.equal([...BUILT_IN.keys()].toSorted((a, b) => byRow(named, a, b)));
    expect(BUILT_IN.size).to.equal(7);
  });

  it('have the status of every refusal', () => {
    const listed = rowsBelow(API, 'RefusalCode').map(([code, status]) => [code, Number(status)]);
    const known = Object.entries(REFUSALS).map(([code, [status]]) => [code, status]);
    expect(listed).to.have.deep.members(known);
  });

  it('are right for the Node client', () => {
    const [, node = ''] = API.split('## Node client');
    const table = new Map(rowsBelow(node, 'Options: ').map(([name = '', text]) => [name, text]));
    for (const [name, value] of Object.entries(NODE_DEFAULTS)) {
      if (name !== 'rememberTransport') expect(table.get(name), name).to.equal(String(value));
    }
    for (const name of NODE_TRANSPORTS) expect(node).to.include(`\`${name}\``);
  });
});

function byRow(rows: readonly unknown[], a: string, b: string): number {
  return rows.indexOf(a) - rows.indexOf(b);
}
