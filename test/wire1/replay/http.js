// Heads and bodies of responses.
'use strict';
const { same } = require('./template.js');

function parseHead(raw) {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const lines = raw.slice(0, end).split('\r\n');
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers[name] = (name in headers ? headers[name] + ', ' : '') + line.slice(colon + 1).trim();
  }
  return { status: Number(lines[0].split(' ')[1]), line: lines[0], headers, size: end + 4 };
}

// -> { body, size, ended } of what is decodable so far
function parseBody(raw, head, closed) {
  if (head.status === 304 || head.status === 204) return { body: '', size: 0, ended: true };
  if (/chunked/i.test(head.headers['transfer-encoding'] || '')) {
    let body = '',
      at = 0;
    for (;;) {
      const eol = raw.indexOf('\r\n', at);
      const size = eol < 0 ? NaN : parseInt(raw.slice(at, eol), 16);
      if (!(size >= 0) || raw.length < eol + 4 + size) return { body, size: at, ended: false };
      body += raw.slice(eol + 2, eol + 2 + size);
      at = eol + 4 + size;
      if (size === 0) return { body, size: at, ended: true };
    }
  }
  if ('content-length' in head.headers) {
    const size = Number(head.headers['content-length']);
    return {
      body: raw.slice(0, size),
      size: Math.min(size, raw.length),
      ended: raw.length >= size,
    };
  }
  return { body: raw, size: raw.length, ended: closed };
}

const isHead = (status, want) =>
  Array.isArray(want) ? status >= want[0] && status <= want[1] : status === want;

function headerProblem(want, got, vars) {
  for (const name in want) {
    const allowed = want[name] && want[name].oneOf ? want[name].oneOf : [want[name]];
    const ok = allowed.some((value) =>
      value === null
        ? !(name in got)
        : name in got &&
          (same(value, got[name], vars) || (name === 'content-type' && sameType(value, got[name]))),
    );
    if (!ok)
      return `header ${name}: wanted ${JSON.stringify(want[name])}, got ${JSON.stringify(got[name])}`;
  }
  for (const name in got)
    // CORS permissions are never left to chance
    if (name.startsWith('access-control-') && !(name in want))
      return `header ${name} not expected: ${got[name]}`;
  return null;
}

const norm = (type) => type.toLowerCase().replace(/\s/g, '').replace(/"/g, '');

// case and blanks do not matter, and a charset=utf-8 may be added
function sameType(want, got) {
  return norm(want) === norm(got) || norm(want) + ';charset=utf-8' === norm(got);
}

module.exports = { headerProblem, isHead, parseBody, parseHead };
