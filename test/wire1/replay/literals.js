// Script literals that the server sends.
'use strict';
const { fail, say } = require('./mismatch.js');
const { latin, match, template, text } = require('./template.js');

function jsonp(want, body, rig) {
  const found = /^\s*io\.j\[(\d+)\]\(([\s\S]*)\);?$/.exec(body);
  if (!found || found[1] !== want.index)
    fail(`jsonp: wanted index ${want.index}, got ${say(text(body))}`);
  if (!('error' in want)) return literal(want.data, text(found[2]), rig, /[\u2028\u2029]/);
  const error = /^new Error\(([\s\S]*)\)$/.exec(found[2]);
  if (!error) fail(`jsonp: wanted an Error, got ${say(text(body))}`);
  literal(want.error, text(error[1]), rig, /[\u2028\u2029]/);
}

// a JavaScript string literal that is also JSON, without what is not safe there
function literal(want, source, rig, unsafe) {
  let data;
  try {
    data = JSON.parse(source);
  } catch {
    fail(`not a string literal: ${say(source)}`);
  }
  if (typeof data !== 'string' || match(template(want), latin(data), rig.vars, true) < 0)
    fail(`data: wanted ${say(want)}, got ${say(data)}`);
  if (!rig.opt.original && unsafe.test(source))
    fail(`literal is not safe in a script: ${say(source)}`);
}

module.exports = { jsonp, literal };
