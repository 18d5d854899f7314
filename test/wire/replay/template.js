/**
 * Text with holes, `${name}`, and what fits it. Bytes are strings of latin1 here, so that templates
 * and what came over the wire can be compared as strings.
 *
 * @module
 */
'use strict';

const HOLE = /\$\{(\w+)\}/;
const HOLES = new RegExp(HOLE, 'g');

/** What a hole may hold, by its name without digits. */
const CONTENTS = {
  sid: '[0-9A-Za-z_-]+',
  len: '[0-9]+',
  n: '[0-9]+',
  hex: '[0-9A-Fa-f]+',
  pad: '[ ]{244,}',
};
const ANYTHING = '[^\\r\\n]+';

/** Holes that may hold something else each time. */
const CHANGING = /^(n|hex|date|pad)$/;
/** Holes whose content is known from then on. */
const LASTING = /^(sid\d+|etag)$/;

function toBytes(text) {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function toText(bytes) {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The bytes of a template as recordings write it: text, `{hex}` and `{repeat, times}`. */
function template(parts) {
  const bytes = [parts].flat().map((part) => {
    if (typeof part === 'string') return toBytes(part);
    if ('hex' in part) return Buffer.from(part.hex, 'hex').toString('latin1');
    return toBytes(part.repeat).repeat(part.times);
  });
  return bytes.join('');
}

/** Puts in what is known. */
function fill(bytes, vars) {
  return bytes.replace(HOLES, (hole, name) => (name in vars ? vars[name] : hole));
}

function hasHoles(bytes) {
  return HOLE.test(bytes);
}

/** What a hole takes at a place; undefined: nothing. */
function takenBy(name, bytes, at) {
  const content = new RegExp(CONTENTS[name.replace(/\d+$/, '')] ?? ANYTHING, 'y');
  content.lastIndex = at;
  return content.exec(bytes)?.[0];
}

/** Whether `${lenN}` is the length of `${sidN}`, as far as that is known. */
function isRightLength(name, got, vars) {
  const [, number] = /^len(\d+)$/.exec(name) ?? [];
  if (number === undefined) return true;
  const sid = got[`sid${number}`] ?? vars[`sid${number}`];
  return sid === undefined || Number(got[name]) === sid.length;
}

/**
 * Matches a template with the start of `bytes`, or with the whole; returns the length of what
 * matched, or -1. A hole takes all it can: what follows one is never a character it could hold.
 */
function match(wanted, bytes, vars, isWhole) {
  const got = {};
  let at = 0;
  for (const [i, piece] of fill(wanted, vars).split(HOLE).entries()) {
    const isHole = i % 2 === 1; // as `split` puts them
    const taken = isHole ? takenBy(piece, bytes, at) : piece;
    if (taken === undefined || !bytes.startsWith(taken, at)) return -1;
    if (isHole) {
      if (piece in got && got[piece] !== taken && !CHANGING.test(piece)) return -1;
      got[piece] = taken;
    }
    at += taken.length;
  }
  if (isWhole && at !== bytes.length) return -1;
  const names = Object.keys(got);
  if (!names.every((name) => isRightLength(name, got, vars))) return -1;
  for (const name of names) if (LASTING.test(name)) vars[name] = got[name];
  return at;
}

/** Deep equality; strings of `wanted` are templates. */
function same(wanted, got, vars) {
  if (typeof wanted === 'string') {
    return typeof got === 'string' && match(toBytes(wanted), toBytes(got), vars, true) >= 0;
  }
  if (wanted === null || typeof wanted !== 'object') return wanted === got;
  if (got === null || typeof got !== 'object') return false;
  if (Array.isArray(wanted) !== Array.isArray(got)) return false;
  const keys = Object.keys(wanted);
  return (
    keys.length === Object.keys(got).length &&
    keys.every((key) => key in got && same(wanted[key], got[key], vars))
  );
}

module.exports = { fill, hasHoles, match, same, template, toBytes, toText };
