/** What a step may do, by its verb; ../README.md lists them. @module */
'use strict';
const { EXPECTATIONS, expectSeen } = require('./expectations.js');
const { fail, say } = require('./mismatch.js');
const { fill, hasHoles, same, template, toText } = require('./template.js');
const { TICK_MS, TIMEOUT } = require('./waiting.js');

/** How long what is to be drained may take to come, in milliseconds. */
const DRAIN_MS = 150;

const STEPS = {
  async wait({ wait }, rig) {
    await rig.sleep(wait);
  },

  async connect({ connect: name, to, refused: isRefused = false }, rig) {
    const port = to === 'policy' ? rig.policyPort : rig.server.port;
    const connection = rig.connect(name, port);
    await rig.until(() => connection.isConnected || connection.error, TIMEOUT);
    const { error } = connection;
    if ((error !== undefined) !== isRefused) fail(`connect: ${error ?? 'connected'}`);
  },

  async send({ send: name, bytes: parts }, rig) {
    const filled = fill(template(parts), rig.vars);
    const length = filled.length - filled.indexOf('\r\n\r\n') - 4;
    const bytes = filled.replace('${length}', String(length));
    if (hasHoles(bytes)) fail(`send: not known yet: ${say(bytes)}`);
    rig.connection(name).write(bytes);
  },

  async end({ end: name }, rig) {
    rig.connection(name).end();
  },

  async reset({ reset: name }, rig) {
    rig.connection(name).reset();
  },

  /** Whatever came does not matter, unless it matches `not`. */
  async drain({ drain: name, not }, rig) {
    const connection = rig.connection(name);
    await rig.sleep(DRAIN_MS);
    if (not !== undefined && new RegExp(not).test(connection.raw)) {
      fail(`drain: got ${say(toText(connection.raw))}`);
    }
    connection.drain();
  },

  async app(step, rig, ms) {
    const answer = await rig.server.command(fill(step.app, rig.vars), ms);
    if (!answer) fail('app: no answer');
    const got = 'error' in answer ? { error: answer.error } : answer.value;
    if ('returns' in step && !same(step.returns, got, rig.vars)) {
      fail(`app ${step.app}: wanted ${say(step.returns)}, got ${say(got)}`);
    }
  },

  async event({ after: _after, note: _note, ...wanted }, rig, ms) {
    const { server } = rig;
    const got = await rig.until(() => server.events.shift(), ms);
    if (got && same(wanted, got, rig.vars)) return;
    fail(
      `event: wanted ${say(wanted)}, got ${say(got)}${server.hasExited ? ` ${server.why()}` : ''}`,
    );
  },

  /** No event for that long. */
  async silence({ silence }, rig) {
    const got = await rig.until(() => rig.server.events[0], silence);
    if (got) fail(`event not expected: ${say(got)}`);
  },

  /** A line of the library's own output. */
  async stdout({ stdout: wanted }, rig, ms) {
    let got;
    await rig.until(() => (got = rig.server.stdout.shift()) !== undefined, ms);
    if (got === undefined || !new RegExp(wanted).test(got)) {
      fail(`stdout: wanted /${wanted}/, got ${say(got)}`);
    }
  },

  async nostdout(_step, rig) {
    const [line] = rig.server.stdout;
    if (line !== undefined) fail(`stdout not expected: ${say(line)}`);
  },

  async expect(step, rig, ms) {
    const connection = rig.connection(step.expect);
    const kind = Object.keys(EXPECTATIONS).find((name) => name in step);
    await EXPECTATIONS[kind](connection, step[kind], rig, ms);
    if ('seen' in step && rig.isOriginal) await expectSeen(connection, step.seen, rig);
    else if (kind === 'http' && !('seen' in step)) connection.takeLog(connection.log.length);
  },
};

/** Does a step, which may take as long as it says. */
async function doStep(step, rig) {
  // what an event is compared with may have the names of verbs
  const verb = 'event' in step ? 'event' : Object.keys(STEPS).find((name) => name in step);
  const [atLeast, atMost] = step.after ?? [0, TIMEOUT];
  const start = rig.now;
  await STEPS[verb](step, rig, atMost);
  const took = rig.now - start;
  // either side may be a tick behind the other
  if (took < atLeast - 2 * TICK_MS) fail(`too early: ${took} ms, wanted ${atLeast} or more`);
}

module.exports = { doStep };
