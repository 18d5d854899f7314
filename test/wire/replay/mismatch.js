/** How a step says that it did not get what it wanted. @module */
'use strict';

class Mismatch extends Error {}

function fail(message) {
  throw new Mismatch(message);
}

/** A value in a message. */
function say(value) {
  return JSON.stringify(value === undefined ? 'nothing' : value).slice(0, 300);
}

module.exports = { Mismatch, fail, say };
