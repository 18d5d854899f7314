// Text with ${name} holes: what is sent, and what is compared.
'use strict';

const HOLES = { sid: '[0-9A-Za-z_-]+', len: '[0-9]+', n: '[0-9]+', hex: '[0-9A-Fa-f]+' };
const latin = (text) => Buffer.from(text, 'utf8').toString('latin1');
const text = (bytes) => Buffer.from(bytes, 'latin1').toString('utf8');

// parts (strings, {hex}, {frame}, {repeat, times}) to one template over bytes written as latin1
function template(parts) {
  return []
    .concat(parts)
    .map((p) =>
      typeof p === 'string'
        ? latin(p)
        : 'hex' in p
          ? Buffer.from(p.hex, 'hex').toString('latin1')
          : 'frame' in p
            ? frame(p)
            : latin(p.repeat).repeat(p.times),
    )
    .join('');
}

// a client's RFC 6455 frame: {frame: parts, op = 1, fin = true, mask = true, rsv = 0, size}
function frame({ frame: parts, op = 1, fin = true, mask = true, rsv = 0, size }) {
  const data = Buffer.from(template(parts), 'latin1'),
    n = data.length,
    bit = mask ? 0x80 : 0;
  const head = [fin ? 0x80 | (rsv << 4) | op : (rsv << 4) | op];
  if (size === undefined ? n < 126 : size === 7) head.push(bit | n);
  else if (size === undefined ? n < 65536 : size === 16) head.push(bit | 126, n >> 8, n & 255);
  else head.push(bit | 127, 0, 0, 0, 0, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
  const key = [0x37, 0xfa, 0x21, 0x3d];
  if (mask) {
    head.push(...key);
    for (let i = 0; i < n; i++) data[i] ^= key[i % 4];
  }
  return Buffer.concat([Buffer.from(head), data]).toString('latin1');
}

function fill(tpl, vars) {
  return tpl.replace(/\$\{(\w+)\}/g, (hole, name) => (name in vars ? vars[name] : hole));
}

// matches tpl at the start of `bytes` (or the whole of it); returns the length or -1.
// A hole takes all it can: what follows one is never a character it could hold.
function match(tpl, bytes, vars, whole) {
  const got = {};
  let at = 0;
  for (const piece of fill(tpl, vars).split(/(\$\{\w+\})/)) {
    const hole = /^\$\{(\w+)\}$/.exec(piece);
    if (!hole) {
      if (!bytes.startsWith(piece, at)) return -1;
      at += piece.length;
      continue;
    }
    const name = hole[1];
    const regexp = new RegExp(HOLES[name.replace(/\d+$/, '')] || '[^\\r\\n]+', 'y');
    regexp.lastIndex = at;
    const found = regexp.exec(bytes);
    if (!found || (name in got && got[name] !== found[0] && !/^(n|hex|date|any)$/.test(name)))
      return -1;
    got[name] = found[0];
    at += found[0].length;
  }
  if (whole && at !== bytes.length) return -1;
  for (const name in got) if (/^(sid\d+|etag)$/.test(name)) vars[name] = got[name];
  return at;
}

// deep equality where strings of the expectation are templates
function same(want, got, vars) {
  if (typeof want === 'string')
    return typeof got === 'string' && match(latin(want), latin(got), vars, true) >= 0;
  if (want === null || typeof want !== 'object') return want === got;
  if (got === null || typeof got !== 'object' || Array.isArray(want) !== Array.isArray(got))
    return false;
  const a = Object.keys(want),
    b = Object.keys(got);
  return a.length === b.length && a.every((key) => key in got && same(want[key], got[key], vars));
}

module.exports = { fill, latin, match, same, template, text };
