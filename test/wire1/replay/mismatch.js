// What did not match, and how it is said.
'use strict';
const { fill, match, text } = require('./template.js');

const say = (value) => JSON.stringify(value === undefined ? 'nothing' : value).slice(0, 300);

class Mismatch extends Error {}
const fail = (message) => {
  throw new Mismatch(message);
};

// waits for the template at the front of get(), takes it away with take(n)
async function takeText(rig, tpl, get, take, ms, what) {
  const filled = fill(tpl, rig.vars);
  const fixed = /\$\{\w+\}/.test(filled) ? -1 : filled.length;
  let size = -1;
  await rig.until(() => {
    size = match(tpl, get(), rig.vars, false);
    return size >= 0 || (fixed >= 0 && get().length >= fixed);
  }, ms);
  if (size < 0) fail(`${what}: wanted ${say(text(filled))}, got ${say(text(get()))}`);
  take(size);
}

module.exports = { fail, Mismatch, say, takeText };
