import { expect } from 'chai';
import { posix } from 'node:path';
import { filesIn, importsIn, importsOf, type Import } from './imports.js';
import {
  circleIn,
  EXCEPTIONS,
  groupBy,
  isAllowed,
  OTHER_FILES,
  OTHER_ROOMS,
  roomOf,
  ROOMS,
} from './layers.js';

/** The most files that one folder may hold. */
const MOST_FILES = 12;

/** The room, or the transports as one: their index lists subfolders, which import the base class. */
const family = (room: string): string => room.replace(/^lib\/transports\/.*/, 'lib/transports');

const arrow = ({ from, to }: Import): string => `${from} -> ${to}`;

describe('the rooms of lib/ and client/', () => {
  const files = [...filesIn('lib'), ...filesIn('client')];
  const imports = files.filter((file) => file.endsWith('.ts')).flatMap(importsOf);

  it('are read completely: statements, types, lazy calls', () => {
    const text = [
      "import { a } from './a.js';",
      "import type { b } from '../b.js';",
      "import { type c, type d } from './c.js';",
      "import {\n  e,\n  type f,\n} from './e.js';",
      "export * from './g.js';",
      "import './h.js';",
      "export const no = 'import';",
      "const i = () => require('./i.js') as typeof import('./i.js');",
      "type K = import('./k.js').K;",
      "void import('./l.js');",
      " * const no = require('./comment.js');",
    ].join('\n');
    expect(importsIn('lib/x/y.ts', text).map(({ to, isType }) => [to, isType])).to.deep.equal([
      ['lib/x/a.ts', false],
      ['lib/b.ts', true],
      ['lib/x/c.ts', true],
      ['lib/x/e.ts', false],
      ['lib/x/g.ts', false],
      ['lib/x/h.ts', false],
      ['lib/x/i.ts', false],
      ['lib/x/i.ts', true],
      ['lib/x/k.ts', true],
      ['lib/x/l.ts', false],
    ]);
    expect(imports.map(arrow)).to.include.members([
      'client/core/transport.ts -> lib/protocol/frames.ts',
      'lib/compat/client.ts -> client/node/index.ts',
      'lib/transports/websocket/websocket.ts -> lib/transports/websocket/rfc6455.ts',
    ]);
  });

  it('hold every file', () => {
    const outside = files.filter(
      (file) =>
        roomOf(file) === null &&
        !OTHER_ROOMS.includes(posix.dirname(file)) &&
        !OTHER_FILES.includes(file),
    );
    expect(outside).to.deep.equal([]);
  });

  it(`have at most ${MOST_FILES} files in a folder`, () => {
    const counts = groupBy(files, (file) => posix.dirname(file));
    const crowded = [...counts].filter(([, inside]) => inside.length > MOST_FILES);
    expect(crowded.map(([folder, inside]) => `${folder}: ${inside.length}`)).to.deep.equal([]);
  });

  it('import only what the table in layers.ts allows', () => {
    const wrong = imports.filter((one) => !isAllowed(one)).map(arrow);
    expect(wrong.filter((one) => !EXCEPTIONS.includes(one))).to.deep.equal([]);
  });

  it('still need each exception in layers.ts', () => {
    const wrong = new Set(imports.filter((one) => !isAllowed(one)).map(arrow));
    expect(EXCEPTIONS.filter((one) => !wrong.has(one))).to.deep.equal([]);
  });

  it('import nothing that is missing', () => {
    const known = new Set(files);
    const missing = imports.filter(({ to }) => /^(lib|client)\//.test(to) && !known.has(to));
    expect(missing.map(arrow)).to.deep.equal([]);
  });

  it('form no circle', () => {
    const graph = new Map<string, string[]>();
    for (const [room, { uses }] of Object.entries(ROOMS)) {
      const own = family(room);
      const used = uses.map(family).filter((other) => other !== own);
      graph.set(own, [...(graph.get(own) ?? []), ...used]);
    }
    expect(circleIn(graph)).to.equal(null);
    expect(
      circleIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).to.deep.equal(['b', 'c', 'b']);
  });

  it('have no circle of files that load each other', () => {
    const values = imports.filter(({ isType }) => !isType);
    const graph = groupBy(values, ({ from }) => from);
    const targets = [...graph].map(([from, list]) => [from, list.map(({ to }) => to)] as const);
    expect(circleIn(new Map(targets))).to.equal(null);
  });

  const refused: readonly (readonly [string, string, boolean?])[] = [
    ['lib/session/client.ts', 'lib/server/listener.ts'],
    ['lib/protocol/frames.ts', 'node:buffer'],
    ['lib/protocol/frames.ts', 'lib/util/log.ts'],
    ['lib/transports/http/polling.ts', 'lib/transports/websocket/hixie.ts'],
    ['lib/server/router.ts', 'lib/bus/redis-bus.ts'],
    ['lib/server/router.ts', 'client/core/json.ts'],
    ['lib/access/origins.ts', 'lib/session/client.ts', true],
    ['lib/session/client.ts', 'lib/options.ts'],
    ['client/core/socket.ts', 'client/browser/io.ts', true],
    ['client/node/socket.ts', 'client/browser/io.ts'],
    ['client/core/socket.ts', 'lib/options.ts', true],
    ['lib/util/log.ts', 'ws'],
    ['lib/nowhere.ts', 'lib/util/log.ts'],
  ];
  for (const [from, to, isType = false] of refused) {
    it(`do not let ${from} import ${isType ? 'types of ' : ''}${to}`, () => {
      expect(isAllowed({ from, to, isType })).to.equal(false);
    });
  }

  it('let types of options.ts be imported by all of lib/, and the types of cluster/ by server/', () => {
    const options = { from: 'lib/session/client.ts', to: 'lib/options.ts', isType: true };
    expect(isAllowed(options)).to.equal(true);
    const bus = { from: 'lib/server/listener.ts', to: 'lib/cluster/bus.ts', isType: true };
    expect(isAllowed(bus)).to.equal(true);
  });
});
