// The steps of a scenario. `expect` is in expectations.js.
'use strict';
const { EXPECT } = require('./expectations.js');
const { fail, say, takeText } = require('./mismatch.js');
const { TIMEOUT } = require('./rig.js');
const { fill, same, template, text } = require('./template.js');

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// `reason` of a disconnect is the original's word: it is compared with --original only
function sameEvent(rig, want, got) {
  const strip = ({ after: _after, note: _note, ...event }) => {
    if (!rig.opt.original) delete event.reason;
    return event;
  };
  return same(strip(want), strip(got), rig.vars);
}

const STEPS = {
  async wait(rig, step) {
    await sleep(step.wait);
  },

  async connect(rig, step) {
    const conn = rig.connect(step.connect, step.to === 'policy' ? rig.port + 1 : rig.port);
    await rig.until(() => conn.connected || conn.error, TIMEOUT);
    if (Boolean(conn.error) !== Boolean(step.refused))
      fail(`connect: ${conn.error || 'connected'}`);
  },

  async send(rig, step) {
    let bytes = fill(template(step.bytes), rig.vars);
    const gap = bytes.indexOf('\r\n\r\n');
    bytes = bytes.replace('${length}', String(bytes.length - gap - 4));
    if (/\$\{\w+\}/.test(bytes)) fail('send: not known yet: ' + say(bytes));
    rig.conn(step.send).sock.write(bytes, 'latin1');
  },

  async end(rig, step) {
    rig.conn(step.end).sock.end();
  },
  async reset(rig, step) {
    rig.conn(step.reset).sock.resetAndDestroy();
  },

  async drain(rig, step) {
    // whatever came does not matter, unless it matches `not`
    const conn = rig.conn(step.drain);
    await sleep(150);
    if (step.not && new RegExp(step.not).test(conn.raw)) fail(`drain: got ${say(text(conn.raw))}`);
    conn.raw = conn.stream = conn.log = '';
    conn.drained = true;
  },

  async do(rig, step, ms) {
    // an action in the app, see README.md
    const answer = await rig.command(step, ms);
    if (!answer) fail(`${step.do}: no answer${rig.exited ? ', server died: ' + rig.why() : ''}`);
    if ('error' in answer) fail(`${step.do}: ${answer.error}`);
  },

  async event(rig, step, ms) {
    const got = await rig.until(() => rig.events.shift(), ms);
    if (!got || !sameEvent(rig, step, rig.named(got)))
      fail(
        `event: wanted ${say(step)}, got ${say(got && rig.named(got))}${rig.exited ? ' ' + rig.why() : ''}`,
      );
  },

  async events(rig, step, ms) {
    // all of these, in any order
    const left = step.events.slice();
    while (left.length) {
      const got = await rig.until(() => rig.events.shift(), ms);
      const at = got ? left.findIndex((want) => sameEvent(rig, want, rig.named(got))) : -1;
      if (at < 0) fail(`events: wanted ${say(left)}, got ${say(got && rig.named(got))}`);
      left.splice(at, 1);
    }
  },

  async silence(rig, step) {
    // no server-side event for that long
    const got = await rig.until(() => rig.events[0], step.silence);
    if (got) fail('event not expected: ' + say(got));
  },

  async stdout(rig, step, ms) {
    // a line of the library's own output
    const got = await rig.until(() => rig.stdout.shift(), ms);
    if (got === undefined || !new RegExp(step.stdout).test(got))
      fail(`stdout: wanted /${step.stdout}/, got ${say(got)}`);
  },

  async nostdout(rig) {
    if (rig.stdout.length) fail(`stdout not expected: ${say(rig.stdout[0])}`);
  },

  async expect(rig, step, ms) {
    const conn = rig.conn(step.expect);
    const kind = [
      'bytes',
      'http',
      'head',
      'body',
      'scripts',
      'closed',
      'quiet',
      'refused',
      'ended',
      'page',
      'frames',
      'policy',
    ].find((k) => k in step);
    await EXPECT[kind](rig, conn, step[kind], ms);
    if (kind === 'http' && !('seen' in step)) conn.log = '';
    if (rig.opt.original && 'seen' in step) {
      const tpl = template(step.seen);
      await takeText(
        rig,
        tpl,
        () => conn.log,
        (n) => {
          conn.log = conn.log.slice(n);
        },
        500,
        'raw bytes',
      );
    }
  },
};

module.exports = { sleep, STEPS };
