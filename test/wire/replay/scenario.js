/** Plays one scenario on a fresh server, and passes its verdict. @module */
'use strict';
const net = require('net');
const { once } = require('events');
const { fail, Mismatch, say } = require('./mismatch.js');
const { seenFromOutside } = require('./outside.js');
const { Harness } = require('./harness.js');
const { doStep } = require('./steps.js');
const { toText } = require('./template.js');

/** How long the application may take to start, in milliseconds. */
const START_MS = 30_000;
/** How long to wait for what should not come, in milliseconds. */
const LEFTOVERS_MS = 60;

/** A port to use instead of 843. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** In the end no event and no byte may be left over. */
function checkLeftovers({ server, connections }) {
  const [event] = server.events;
  if (event) fail(`event not expected: ${say(event)}`);
  for (const [name, connection] of connections) {
    const left = connection.read();
    if (left && !connection.isDrained) fail(`bytes not expected on ${name}: ${say(toText(left))}`);
  }
}

async function play(steps, harness) {
  const { server } = harness;
  const mayExit = steps.some((step) => step.event === 'exit');
  if (!(await harness.until(() => server.isReady || server.hasExited, START_MS))) {
    fail('app did not start');
  }
  if (server.hasExited && !mayExit) fail(`app did not start: ${server.why()}`);
  for (const [i, step] of steps.entries()) {
    try {
      await doStep(step, harness);
    } catch (error) {
      if (error instanceof Mismatch) error.message = `step ${i + 1}: ${error.message}`;
      throw error;
    }
  }
  const hasDied = (server.hasExited && !mayExit) || !(await server.isAlive());
  if (hasDied) fail(`server died: ${server.why()}`);
  await harness.sleep(LEFTOVERS_MS);
  checkLeftovers(harness);
}

/** Plays it; resolves with `{ verdict, why }`. */
async function judge(scenario, options) {
  const isBug = scenario.kind === 'bug' && !options.original;
  const recorded = isBug ? scenario.sane : scenario.steps;
  if (!recorded) return { verdict: 'skip', why: 'prose only' };
  const steps = options.url ? seenFromOutside(scenario, recorded, options) : recorded;
  if (!steps) return { verdict: 'skip', why: 'needs a look inside' };
  const harness = new Harness(scenario, options, await freePort());
  try {
    await play(steps, harness);
    return { verdict: 'ok' };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const isFree = scenario.kind === 'incidental' && !options.original;
    if (isFree) return { verdict: 'note', why: `differs: ${error.message}` };
    return { verdict: 'FAIL', why: error.message };
  } finally {
    harness.stop();
  }
}

module.exports = { judge };
