#!/usr/bin/env node
// Replays recorded wire vectors of protocol 1 (Socket.IO 0.7 to 0.9) against an implementation.
//
//   node replay.js --module PATH --vectors FILE... [--driver FILE] [--node BIN] [--only TEXT]
//                  [--jobs N] [--port N] [--original] [--verbose]
//
//   --module    what app.js requires as the library (a folder or a file)
//   --driver    what translates app.js's words for that library (default: driver.js here)
//   --node      node binary that runs app.js (default: this one)
//   --only      run only scenarios whose name contains TEXT
//   --original  replay what the original did, bugs and raw bytes included (to check the recording)
//
// contract scenarios: `steps` must pass. bug scenarios: the original's `steps` are not to be
// copied; `sane` (where present) must pass instead. incidental scenarios: a difference is
// only noted. The format of a step is described in README.md.
'use strict';
const fs = require('fs');
const { stream } = require('./replay/expectations.js');
const { fail, Mismatch, say } = require('./replay/mismatch.js');
const { Rig, TIMEOUT } = require('./replay/rig.js');
const { sleep, STEPS } = require('./replay/steps.js');
const { text } = require('./replay/template.js');

const verbOf = (step) =>
  'event' in step
    ? 'event'
    : 'expect' in step
      ? 'expect'
      : 'do' in step
        ? 'do'
        : Object.keys(STEPS).find((v) => v in step);

async function play(rig, steps) {
  if (!(await rig.until(() => rig.ready || rig.exited, 10000))) fail('app did not start');
  if (rig.exited && !steps.some((s) => s.event === 'exit')) fail('app did not start: ' + rig.why());
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    const verb = verbOf(step);
    const [min, max] = step.after || [0, TIMEOUT];
    const start = Date.now();
    try {
      await STEPS[verb](rig, step, max);
      if (Date.now() - start < min - 5)
        fail(`too early: ${Date.now() - start} ms, wanted ${min} or more`);
    } catch (e) {
      if (e instanceof Mismatch) e.message = `step ${i + 1}: ${e.message}`;
      throw e;
    }
  }
  if (rig.exited && !steps.some((s) => s.event === 'exit')) fail('server died: ' + rig.why());
  if (!rig.exited && !(await rig.command({ do: 'alive' }))) fail('server died: ' + rig.why());
  await sleep(60); // time for what should not come
  if (rig.events.length) fail('event not expected: ' + say(rig.events[0]));
  for (const name in rig.conns) {
    const conn = rig.conns[name];
    const left = conn.head ? stream(conn) : conn.raw;
    if (left && !conn.drained) fail(`bytes not expected on ${name}: ${say(text(left))}`);
  }
}

async function runScenario(scenario, opt, port) {
  const steps = scenario.kind === 'bug' && !opt.original ? scenario.sane : scenario.steps;
  if (!steps) return { verdict: 'skip', why: 'prose only' };
  const rig = new Rig(scenario, opt, port);
  try {
    await play(rig, steps);
    return { verdict: 'ok' };
  } catch (e) {
    if (!(e instanceof Mismatch)) throw e;
    if (scenario.kind === 'incidental' && !opt.original)
      return { verdict: 'note', why: 'differs: ' + e.message };
    return { verdict: 'FAIL', why: e.message };
  } finally {
    rig.stop();
  }
}

async function main(argv) {
  const opt = { vectors: [], jobs: 4, port: 26000 };
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, '');
    if (name === 'original' || name === 'verbose') opt[name] = true;
    else if (name === 'vectors')
      while (argv[i + 1] && !argv[i + 1].startsWith('--')) opt.vectors.push(argv[++i]);
    else if (name === 'jobs' || name === 'port') opt[name] = Number(argv[++i]);
    else opt[name] = argv[++i];
  }
  if (!opt.module || !opt.vectors.length) {
    console.error(
      'usage: node replay.js --module PATH --vectors FILE... [--driver FILE] [--node BIN] [--only TEXT] [--jobs N] [--port N] [--original] [--verbose]',
    );
    return 2;
  }
  const list = []
    .concat(...opt.vectors.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')).scenarios))
    .filter((s) => !opt.only || s.name.includes(opt.only));
  const count = { ok: 0, FAIL: 0, skip: 0, note: 0 };
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(opt.jobs, list.length) }, async () => {
      while (next < list.length) {
        const at = next++;
        const result = await runScenario(list[at], opt, opt.port + (at % 450) * 2);
        count[result.verdict]++;
        console.log(
          `${result.verdict === 'note' ? 'ok' : result.verdict} [${list[at].kind}] ${list[at].name}${result.why ? ': ' + result.why : ''}`,
        );
      }
    }),
  );
  if (count.skip || count.note)
    console.log(`${count.skip} skipped, ${count.note} incidental differences noted`);
  console.log(`${count.ok + count.note} passed, ${count.FAIL} failed`);
  return count.FAIL ? 1 : 0;
}
if (require.main === module)
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (e) => {
      console.error(e);
      process.exit(2);
    },
  );
