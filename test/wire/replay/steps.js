/** What a step may do, by its verb; ../README.md lists them. @module */
'use strict';
const { EXPECTATIONS, expectSeen } = require('./expectations.js');
const { fail, say } = require('./mismatch.js');
const { fill, hasHoles, same, template, toText } = require('./template.js');
const { TICK_MS, TIMEOUT } = require('./waiting.js');

/** How long what is to be drained may take to come, in milliseconds. */
const DRAIN_MS = 150;

const STEPS = {
  async wait({ wait }, harness) {
    await harness.sleep(wait);
  },

  async connect({ connect: name, to, refused: isRefused = false }, harness) {
    const port = to === 'policy' ? harness.policyPort : harness.server.port;
    const connection = harness.connect(name, port);
    await harness.until(() => connection.isConnected || connection.error, TIMEOUT);
    const { error } = connection;
    if ((error !== undefined) !== isRefused) fail(`connect: ${error ?? 'connected'}`);
  },

  async send({ send: name, bytes: parts }, harness) {
    const filled = fill(template(parts), harness.vars);
    const length = filled.length - filled.indexOf('\r\n\r\n') - 4;
    const bytes = filled.replace('${length}', String(length));
    if (hasHoles(bytes)) fail(`send: not known yet: ${say(bytes)}`);
    harness.connection(name).write(bytes);
  },

  async end({ end: name }, harness) {
    harness.connection(name).end();
  },

  async reset({ reset: name }, harness) {
    harness.connection(name).reset();
  },

  /** Whatever came does not matter, unless it matches `not`. */
  async drain({ drain: name, not }, harness) {
    const connection = harness.connection(name);
    await harness.sleep(DRAIN_MS);
    if (not !== undefined && new RegExp(not).test(connection.raw)) {
      fail(`drain: got ${say(toText(connection.raw))}`);
    }
    connection.drain();
  },

  async app(step, harness, ms) {
    const answer = await harness.server.command(fill(step.app, harness.vars), ms);
    if (!answer) fail('app: no answer');
    const got = 'error' in answer ? { error: answer.error } : answer.value;
    if ('returns' in step && !same(step.returns, got, harness.vars)) {
      fail(`app ${step.app}: wanted ${say(step.returns)}, got ${say(got)}`);
    }
  },

  async event({ after: _after, note: _note, ...wanted }, harness, ms) {
    const { server } = harness;
    const got = await harness.until(() => server.events.shift(), ms);
    if (got && same(wanted, got, harness.vars)) return;
    fail(
      `event: wanted ${say(wanted)}, got ${say(got)}${server.hasExited ? ` ${server.why()}` : ''}`,
    );
  },

  /** No event for that long. */
  async silence({ silence }, harness) {
    const got = await harness.until(() => harness.server.events[0], silence);
    if (got) fail(`event not expected: ${say(got)}`);
  },

  /** A line of the library's own output. */
  async stdout({ stdout: wanted }, harness, ms) {
    let got;
    await harness.until(() => (got = harness.server.stdout.shift()) !== undefined, ms);
    if (got === undefined || !new RegExp(wanted).test(got)) {
      fail(`stdout: wanted /${wanted}/, got ${say(got)}`);
    }
  },

  async nostdout(_step, harness) {
    const [line] = harness.server.stdout;
    if (line !== undefined) fail(`stdout not expected: ${say(line)}`);
  },

  async expect(step, harness, ms) {
    const connection = harness.connection(step.expect);
    const kind = Object.keys(EXPECTATIONS).find((name) => name in step);
    await EXPECTATIONS[kind](connection, step[kind], harness, ms);
    if ('seen' in step && harness.isOriginal) await expectSeen(connection, step.seen, harness);
    else if (kind === 'http' && !('seen' in step)) connection.takeLog(connection.log.length);
  },
};

/** Does a step, which may take as long as it says. */
async function doStep(step, harness) {
  // what an event is compared with may have the names of verbs
  const verb = 'event' in step ? 'event' : Object.keys(STEPS).find((name) => name in step);
  const [atLeast, atMost] = step.after ?? [0, TIMEOUT];
  const start = harness.now;
  await STEPS[verb](step, harness, atMost);
  const took = harness.now - start;
  // either side may be a tick behind the other
  if (took < atLeast - 2 * TICK_MS) fail(`too early: ${took} ms, wanted ${atLeast} or more`);
}

module.exports = { doStep };
