/** String literals in scripts: what the page is handed by jsonp-polling and htmlfile. @module */
'use strict';
const { fail, say } = require('./mismatch.js');
const { match, template, toBytes, toText } = require('./template.js');

const JSONP = /^io\.JSONP\[(\d+)\]\._\(([\s\S]*)\);$/;
/** At the start of a stream. */
const SCRIPT = /^<script>parent\.s\._\(([\s\S]*?), document\);<\/script>/;
/** What would end the script, or the literal. */
const UNSAFE = /<\/|<!--|[\u2028\u2029]/;

/** JSON may be written in many ways; what is compared is the string that it is. */
function checkLiteral(wanted, source, harness) {
  let data;
  try {
    data = JSON.parse(source);
  } catch {
    fail(`not a string literal: ${say(source)}`);
  }
  const isRight =
    typeof data === 'string' && match(template(wanted), toBytes(data), harness.vars, true) >= 0;
  if (!isRight) fail(`data: wanted ${say(wanted)}, got ${say(data)}`);
  if (!harness.isOriginal && UNSAFE.test(source)) {
    fail(`literal is not safe in a script: ${say(source)}`);
  }
}

/** The body of a response to jsonp-polling: data for a callback, or an alert. */
function checkJsonp(wanted, body, harness) {
  if ('alert' in wanted) {
    if (!body.startsWith('alert(')) fail(`wanted an alert(...), got ${say(toText(body))}`);
    return;
  }
  const [, index, source] = JSONP.exec(body) ?? [];
  if (index === undefined || index !== wanted.index) {
    fail(`jsonp: wanted index ${wanted.index}, got ${say(toText(body))}`);
  }
  checkLiteral(wanted.data, toText(source), harness);
}

/** The scripts of htmlfile, one for each of `wanted`. */
async function takeScripts(wanted, connection, harness, ms) {
  for (const data of wanted) {
    const found = await harness.until(() => SCRIPT.exec(connection.readBody()), ms);
    if (!found) fail(`script: wanted ${say(data)}, got ${say(toText(connection.readBody()))}`);
    const [script, source] = found;
    connection.takeBody(script.length);
    checkLiteral(data, toText(source), harness);
  }
}

module.exports = { checkJsonp, takeScripts };
