/**
 * Chooses the names that private properties have in the minified scripts.
 *
 * A private name begins with `_`. No object has private properties of both a `Socket` and a
 * transport, so each short name is used twice: once for a property of sockets, and once for one of
 * transports. Otherwise there would be too many of them for names of one letter.
 */

/** The modules with the classes that a `Socket` consists of. */
const OF_SOCKETS = /\/core\/(delivery\/)?(socket|events)\.ts$/;
/** A declaration in a class: of a method or of a field. */
const DECLARATION = /^ +(?:declare |override )*(_[a-z]\w*)[:(]/gm;
/** Any property. */
const PROPERTY = /\.(\w+)|(\w+):/g;
const COMMENT = /\/\*[^]*?\*\//g;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

const socketNames = new Set();
const otherNames = new Set();

/** True for a name that objects of both kinds have, or that no class declares. */
function isShared(name) {
  return socketNames.has(name) === otherNames.has(name);
}

/** Records the private names that a module declares. */
export function notePrivateNames(source, id) {
  const names = OF_SOCKETS.test(id) ? socketNames : otherNames;
  for (const [, name] of source.matchAll(DECLARATION)) names.add(name);
}

/** Returns the name cache of terser for a script: the most frequent names get the first letters. */
export function shortNames(code) {
  const counts = new Map();
  for (const [, read, key] of code.replace(COMMENT, '').matchAll(PROPERTY)) {
    const name = read ?? key;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts.keys()].filter((name) => /^_[a-z]/.test(name) && name !== '_onMessage');
  names.sort((one, other) => counts.get(other) - counts.get(one));
  const shared = names.filter(isShared);
  const letters = LETTERS.filter((letter) => !counts.has(letter));
  const props = {};
  for (const [i, name] of shared.entries()) props[`$${name}`] = letters[i];
  for (const group of [socketNames, otherNames]) {
    const own = names.filter((name) => !isShared(name) && group.has(name));
    for (const [i, name] of own.entries()) {
      const letter = letters[shared.length + i];
      if (!letter) throw new Error(`Expected at most ${letters.length} private names`);
      props[`$${name}`] = letter;
    }
  }
  return props;
}
