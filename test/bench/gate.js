// Fails if the server's CPU per message, as a multiple of bare ws in the same run, is above a bound of bounds.json in every try.
//
//   node gate.js --module PATH            up to three tries; the last line counts for .ci/run
//   node gate.js --module PATH --measure  writes bounds.json: the median of three runs; a bound is that times the margin
//
// The bounds are wide, and a failed case is repeated, because machines of CI are noisy.
const fs = require('fs'), os = require('os'), path = require('path'), { spawnSync } = require('child_process'), { readArguments } = require('./arguments');

const FILE = path.join(__dirname, 'bounds.json'), TRIES = 3, RUNS = 3;
const options = readArguments(process.argv.slice(2), { module: '' }, ['measure'], `Usage: node gate.js [--module PATH] [--measure]

Fails if the server's CPU per message is above a bound of bounds.json in every try. --measure writes bounds.json.`);
const isMeasuring = options.measure === true, module_ = options.module || path.join(__dirname, '..', '..');
const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];

/** One quick run of bench.js: { 'a K=100 W=1 32B': ratio }; without ratios if it fails, for example because a message was lost. */
function ratios(only) {
  const json = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'bench-gate-')), 'out.json');
  const quick = ['--quick', '--only', only.join(), '--peers', 'ws,new', '--module', module_, '--repeat', '3', '--json', json];
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, 'bench.js'), ...quick], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stdout, stderr, 'bench.js has failed');
    return {};
  }
  const { results } = JSON.parse(fs.readFileSync(json, 'utf8')), found = {};
  fs.rmSync(path.dirname(json), { recursive: true });
  for (const [id, cases] of Object.entries(results)) for (const [name, peers] of Object.entries(cases)) {
    found[`${id} ${name}`] = median(peers.new.map((result, i) => result.cpuPer / peers.ws[i].cpuPer));
  }
  return found;
}

function measure() {
  const { margin } = JSON.parse(fs.readFileSync(FILE, 'utf8')), all = {};
  for (let i = 0; i < RUNS; i++) for (const [name, ratio] of Object.entries(ratios(['a', 'b', 'c']))) (all[name] ??= []).push(ratio);
  const cases = Object.fromEntries(Object.entries(all).map(([name, list]) => [name, +median(list).toFixed(2)]));
  const how = `node test/bench/gate.js --measure: medians of ${RUNS} runs of three repeats, Node ${process.version}, ${os.cpus().length} cores`;
  fs.writeFileSync(FILE, JSON.stringify({ unit: 'server CPU per message as a multiple of bare ws', how, margin, cases }, null, 2) + '\n');
}

function gate() {
  const { margin, cases } = JSON.parse(fs.readFileSync(FILE, 'utf8'));
  let left = Object.keys(cases);
  for (let attempt = 1; attempt <= TRIES && left.length; attempt++) {
    const found = ratios([...new Set(left.map(name => name[0]))]);
    left = left.filter(name => {
      const bound = cases[name] * margin, isWithin = found[name] <= bound;
      console.log(`${isWithin ? 'ok  ' : 'over'} ${name}: ${found[name]?.toFixed(2) ?? 'no figure'} of at most ${bound.toFixed(2)} (try ${attempt})`);
      return !isWithin;
    });
  }
  console.log(`${Object.keys(cases).length - left.length} passed, ${left.length} failed`);
  process.exitCode = left.length ? 1 : 0;
}

if (isMeasuring) measure();
else gate();
