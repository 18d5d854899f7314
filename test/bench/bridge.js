// A broadcast to 500 clients of 0.6 and 500 of Socket.IO 4, beside each alone: node bench.js --only bridge --module PATH [--repeat N]
const path = require('path'), { execFileSync } = require('child_process');
const { dirOf } = require('./where'), { Child } = require('./child');
const CLIENTS = 500, TURNS = 60, PAUSE_MS = 20, ROUNDS = 7, KINDS = ['ours', 'official', 'both', 'apart'];
const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];

async function open(kind, opt) {
  const server = new Child('peers/bridge.js', [kind, path.join(dirOf('bus'), 'node_modules'), path.resolve(opt.module)]);
  const { port } = await server.started, loads = [];
  for (const dialect of { ours: ['new'], official: ['socket.io'] }[kind] ?? ['new', 'socket.io']) {
    const load = new Child('bus-load.js', []);
    await load.call('connect', { kind: dialect, port, clients: CLIENTS });
    loads.push(load);
  }
  return { server, loads };
}
async function measure({ server, loads }, burst) {
  for (const load of loads) await load.call('take');
  const { cpu } = await server.call('rate', { turns: TURNS, burst, pause: PAUSE_MS });
  for (const load of loads) {
    const { count } = await load.call('take');
    if (count !== TURNS * burst * CLIENTS) throw Error(`expected ${TURNS * burst * CLIENTS} messages, got ${count}`);
  }
  return cpu;
}
exports.run = async opt => {
  execFileSync(process.execPath, [path.join(__dirname, 'setup.js'), 'bus'], { stdio: 'inherit' });
  const members = {};
  for (const kind of KINDS) members[kind] = await open(kind, opt);
  console.log(`CPU of a broadcast to ${CLIENTS} of each, µs: medians of ${ROUNDS * opt.repeat} rounds in turn\n`);
  console.log('| broadcasts a turn | 0.6 alone | Socket.IO 4 alone | sum | both by the bridge | both in one process, two calls | bridge / sum | bridge / two calls |\n|---|---|---|---|---|---|---|---|');
  for (const burst of [1, 10]) {
    const all = { ours: [], official: [], both: [], apart: [] };
    for (const kind of KINDS) await measure(members[kind], burst); // to be compiled
    for (let i = 0; i < ROUNDS * opt.repeat; i++) for (const kind of i % 2 ? KINDS.toReversed() : KINDS) all[kind].push(await measure(members[kind], burst));
    const ratio = median(all.both.map((both, i) => both / (all.ours[i] + all.official[i])));
    const calls = median(all.both.map((both, i) => both / all.apart[i]));
    const [ours, official, both, apart] = KINDS.map(kind => median(all[kind]));
    console.log(`| ${[burst, ...[ours, official, ours + official, both, apart].map(Math.round), ratio.toFixed(2), calls.toFixed(2)].join(' | ')} |`);
  }
  process.exit(0);
};
