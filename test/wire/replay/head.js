/** Whether the head of a response is as recorded; how strict that is says ../README.md. @module */
'use strict';
const { fail } = require('./mismatch.js');
const { same } = require('./template.js');

function isStatus(wanted, got) {
  return Array.isArray(wanted) ? got >= wanted[0] && got <= wanted[1] : got === wanted;
}

function plain(type) {
  return type.toLowerCase().replace(/[\s"]/g, '');
}

/** Case and blanks do not matter, and `charset=utf-8` may be added. */
function isSameType(wanted, got) {
  return plain(wanted) === plain(got) || `${plain(wanted)};charset=utf-8` === plain(got);
}

function isHeader(name, wanted, got, vars) {
  if (wanted === null || got === undefined) return wanted === null && got === undefined;
  return same(wanted, got, vars) || (name === 'content-type' && isSameType(wanted, got));
}

function checkHead(wanted, { status, headers }, vars) {
  if (!isStatus(wanted.status, status)) fail(`status: wanted ${wanted.status}, got ${status}`);
  const listed = wanted.headers ?? {};
  for (const [name, value] of Object.entries(listed)) {
    const allowed = value?.oneOf ?? [value];
    if (!allowed.some((one) => isHeader(name, one, headers[name], vars))) {
      const [want, got] = [value, headers[name]].map((one) => JSON.stringify(one));
      fail(`header ${name}: wanted ${want}, got ${got}`);
    }
  }
  for (const [name, value] of Object.entries(headers)) {
    // CORS permissions are never left to chance
    if (name.startsWith('access-control-') && !(name in listed)) {
      fail(`header ${name} not expected: ${value}`);
    }
  }
}

module.exports = { checkHead };
