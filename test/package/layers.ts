/**
 * The rooms of the code, and which room may import which.
 *
 * @module
 */
import { isBuiltin } from 'node:module';
import type { Import } from './imports.js';

/** What the files of one room may import. The room itself is always allowed. */
interface Rule {
  /** Rooms, by value or by type. */
  readonly uses: readonly string[];
  /** Rooms, by type only. */
  readonly types?: readonly string[];
  /** Packages of npm. */
  readonly packages?: readonly string[];
  /** False if the room must run without Node. */
  readonly node: boolean;
}

const BELOW = [
  'lib/session',
  'lib/events',
  'lib/access',
  'lib/metrics',
  'lib/protocol',
  'lib/util',
];
const TRANSPORTS = [
  'lib/transports',
  'lib/transports/http',
  'lib/transports/v1',
  'lib/transports/websocket',
];
const SERVER = [...BELOW, ...TRANSPORTS, 'lib/static', 'lib/rooms'];

/** Rooms are folders with their subfolders, unless these have a row of their own; or single files. */
export const ROOMS: Readonly<Record<string, Rule>> = {
  'lib/util': { uses: [], packages: ['debug'], node: true },
  'lib/protocol': { uses: [], node: false },
  // The server and the Node client have these two in common.
  'lib/events': { uses: ['lib/protocol', 'lib/util'], node: true },
  'lib/websocket': { uses: ['lib/util'], node: true },
  // Above what it counts by type only: it is loaded by what counts.
  'lib/metrics': {
    uses: ['lib/util'],
    types: ['lib/access', 'lib/cluster', 'lib/events', 'lib/session'],
    node: true,
  },
  // The operator that `client.to` returns is made by rooms/.
  'lib/session': {
    uses: ['lib/events', 'lib/metrics', 'lib/protocol', 'lib/util'],
    types: ['lib/rooms'],
    node: true,
  },
  'lib/access': { uses: ['lib/util'], node: true },
  'lib/static': { uses: ['lib/util'], node: true },
  'lib/transports': { uses: [...BELOW, ...TRANSPORTS], node: true },
  'lib/transports/http': { uses: [...BELOW, 'lib/transports'], node: true },
  'lib/transports/websocket': {
    uses: [...BELOW, 'lib/transports', 'lib/websocket'],
    packages: ['ws'],
    node: true,
  },
  'lib/transports/v1': {
    uses: [...BELOW, 'lib/transports', 'lib/transports/http', 'lib/transports/websocket'],
    node: true,
  },
  'lib/rooms': { uses: ['lib/events', 'lib/session', 'lib/protocol', 'lib/util'], node: true },
  'lib/cluster': {
    uses: ['lib/rooms', 'lib/session', 'lib/protocol', 'lib/util', 'lib/forward'],
    node: true,
  },
  'lib/forward': { uses: ['lib/access', 'lib/protocol', 'lib/util'], node: true },
  'lib/bus': { uses: ['lib/cluster'], node: true },
  'lib/bridge': {
    uses: ['lib/rooms', ...BELOW],
    types: ['lib/server'],
    node: true,
  },
  'lib/server': {
    uses: [...SERVER, 'lib/options', 'lib/options.ts', 'lib/cluster', 'lib/forward'],
    types: ['lib/bridge'],
    node: true,
  },
  'lib/testing': {
    uses: ['lib/options', 'lib/protocol', 'lib/util'],
    packages: ['ws'],
    node: true,
  },
  'lib/options': { uses: ['lib/util'], node: true },
  // The defaults: how session ids are made, and the names of the transports.
  'lib/options.ts': {
    uses: ['lib/options', 'lib/session', 'lib/transports', 'lib/util'],
    types: [...SERVER, 'lib/cluster', 'lib/bridge'],
    node: true,
  },
  'lib/index.ts': {
    uses: ['lib/server', ...SERVER],
    types: ['lib/cluster', 'lib/bridge'],
    node: true,
  },
  'lib/compat': {
    uses: ['lib/index.ts', 'lib/server', ...SERVER, 'client/node'],
    node: true,
  },
  // `replay` is a server.
  'lib/cli': {
    uses: ['lib/util', 'client/node', 'lib/index.ts', 'lib/session', 'lib/protocol'],
    packages: ['ws'],
    node: true,
  },
  'client/core': { uses: ['lib/protocol'], node: false },
  'client/browser': { uses: ['client/core'], node: false },
  'client/node': {
    uses: ['client/core', 'lib/events', 'lib/protocol', 'lib/util', 'lib/websocket'],
    packages: ['ws'],
    node: true,
  },
  'client/socket.io.d.ts': { uses: ['client/browser'], node: false },
  'client/socket.io.delivery.d.ts': { uses: ['client/browser', 'client/core'], node: false },
};

/** Folders of other languages and of build tools: nothing here is imported. */
export const OTHER_ROOMS: readonly string[] = ['client/bundle', 'client/flash'];
export const OTHER_FILES: readonly string[] = ['client/tsconfig.json'];

/** All rooms of lib/ that run on Node may import the types of this file. */
const OPTIONS = 'lib/options.ts';

/** Arrows that the table does not allow and that have not been removed yet. */
export const EXCEPTIONS: readonly string[] = [];

/** The room of a file; `null` if the file is in none. */
export function roomOf(file: string): string | null {
  const rooms = Object.keys(ROOMS).filter((room) => file === room || file.startsWith(`${room}/`));
  return rooms.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

/** True if the table allows an import. */
export function isAllowed({ from, to, isType }: Import): boolean {
  const own = roomOf(from);
  const rule = own === null ? undefined : ROOMS[own];
  if (rule === undefined) return false;
  if (isBuiltin(to)) return rule.node || isType;
  if (!to.includes('/') || to.startsWith('@')) return rule.packages?.includes(to) ?? false;
  if (to === OPTIONS && isType && from.startsWith('lib/')) return rule.node;
  const room = roomOf(to);
  if (room === null) return false;
  if (room === own || rule.uses.includes(room)) return true;
  return isType && (rule.types?.includes(room) ?? false);
}

/** Groups a list by a key. */
export function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The first circle in a directed graph, as a list whose ends are equal; `null` if it has none. */
export function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle !== null) return circle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle !== null) return circle;
  }
  return null;
}
