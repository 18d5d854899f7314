import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { REFUSALS } from '../../lib/access/refusal.js';
import { assertTransition, State } from '../../lib/session/state.js';
import { codeSpans, readDoc, sections, tableRows } from './docs.js';
import { PACKAGE } from './example.js';

const ARCHITECTURE = readDoc('ARCHITECTURE.md');

function rowsOf(title: string): string[][] {
  return tableRows(sections(ARCHITECTURE).find((one) => one.title === title)?.text ?? '');
}

/** Every folder of TypeScript below `folder`, with the names of its files. */
function foldersBelow(folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const entries = readdirSync(join(PACKAGE, folder), { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map(({ name }) => name.replace(/\.ts$/, ''));
  if (files.length > 0) found.set(folder, files);
  for (const entry of entries.filter((one) => one.isDirectory())) {
    for (const [name, names] of foldersBelow(`${folder}/${entry.name}`)) found.set(name, names);
  }
  return found;
}

/** True if the table of states allows a transition. */
function isTransition(from: State, to: State): boolean {
  try {
    assertTransition(from, to, true);
    return true;
  } catch {
    return false;
  }
}

describe('ARCHITECTURE.md', () => {
  const folders = new Map([...foldersBelow('lib'), ...foldersBelow('client')]);
  const rows = rowsOf('Folders').map(([folder = '', task = '', files = '']) => ({
    folder: codeSpans(folder)[0] ?? '',
    task,
    files: codeSpans(files),
  }));

  it('describes every folder, and no other', () => {
    expect(rows.map(({ folder }) => folder)).to.have.members([...folders.keys()]);
    for (const { folder, task } of rows) expect(task, folder).not.to.equal('');
  });

  for (const { folder, files } of rows) {
    it(`lists the files of ${folder}`, () => {
      const advice = 'run `node .ci/list-files.js`';
      expect(folders.get(folder), advice).to.include.members(files);
    });
  }

  it('has the status of every refusal, and where it is made', () => {
    const listed = rowsOf('The way of a request').map(([code = '', status]) => [
      codeSpans(code)[0],
      Number(status),
    ]);
    const known = Object.entries(REFUSALS).map(([code, [status]]) => [code, status]);
    expect(listed).to.have.deep.members(known);
  });

  it('shows every status at an exit of the drawing', () => {
    const [drawing = ''] =
      ARCHITECTURE.split('## The way of a request')[1]?.split('| code |') ?? [];
    for (const [status] of Object.values(REFUSALS)) expect(drawing).to.include(String(status));
  });

  it('has every transition between the states of a session, and no other', () => {
    const listed = rowsOf('The states of a session').map(([from = '', to = '']) => [
      codeSpans(from)[0],
      codeSpans(to)[0],
    ]);
    const states = Object.values(State);
    const allowed = states.flatMap((from) =>
      states.filter((to) => isTransition(from, to)).map((to) => [from, to]),
    );
    expect(listed).to.have.deep.members(allowed);
  });
});
