// Compares peers side by side: node bench.js --only a,b --peers ws,socket.io,new --module PATH --seconds N --json out.json
// See README.md. Every figure is checked for lost, reordered or altered messages; a failed check prints FAIL and exits 1.
const fs = require('fs'), os = require('os'), path = require('path'), { fork, spawn, execFileSync } = require('child_process');
const { pkg, dirOf, node08, busy } = require('./where'), { readArguments } = require('./arguments');

const opt = { only: '', peers: '', module: '', before: '', codec: '', framing: 'rfc6455', seconds: '', json: '', repeat: '1', port: '25000', prof: '', cases: '', calm: '', snapshot: '', verbose: '' };
readArguments(process.argv.slice(2), opt, ['quick', 'verbose'], `Usage: node bench.js [--quick] [--verbose] ${Object.keys(opt).filter(k => k !== 'verbose').map(k => `[--${k} VALUE]`).join(' ')}

Compares peers side by side. README.md describes the options.`);
if (['bus', 'bridge', 'delivery'].includes(opt.only)) return require('./' + opt.only).run(opt); // their peers are several processes

const modern = process.execPath;
const peers = {
  'ws': { file: 'ws.js', args: [pkg('ws'), 'naive'], dialect: 'sio06', polls: true },
  'ws-best': { file: 'ws.js', args: [pkg('ws'), 'best'], dialect: 'sio06' },
  'ws-native': { file: 'ws.js', args: [pkg('ws'), 'naive'], dialect: 'sio06', env: { NODE_PATH: path.dirname(pkg('bufferutil')) }, extra: true }, // unmasks in C
  'net': { file: 'net.js', args: [], dialect: 'sio06' },
  'socket.io': { file: 'socket.io.js', args: [pkg('socket.io')], dialect: 'socket.io', polls: true },
  'old': { file: 'sio06.js', args: [pkg('old', 'socket.io')], dialect: 'sio06', framing: 'hixie', node: node08(), polls: true },
  'new': { file: 'sio06.js', args: [path.resolve(opt.module)], dialect: 'sio06', framing: opt.framing, polls: true },
  'new-0.9': { file: 'sio06.js', args: [path.resolve(opt.module)], dialect: 'sio09', framing: opt.framing, extra: true }, // the same server, clients of 0.9
  'bridged': { file: 'sio06.js', args: [path.resolve(opt.module), pkg('socket.io')], dialect: 'sio06', framing: opt.framing, polls: true, extra: true }, // with a bridge that no client uses
  'before': { file: 'sio06.js', args: [path.resolve(opt.before)], dialect: 'sio06', framing: opt.framing, polls: true },
};
const own = { new: 'module', 'new-0.9': 'module', bridged: 'module', before: 'before' };
let names = (opt.peers || (opt.quick ? 'ws,net,socket.io,new' : Object.keys(peers).filter(n => !peers[n].extra).join())).split(',').filter(n => !(n in own) || opt[own[n]]);
for (const n of names) if (!peers[n]) { console.error('no such peer:', n); process.exit(2); }

const kb = n => n >= 1024 ? n / 1024 + 'K' : n + 'B';
const echo = (K, W, size, kind = 'ascii') => ({ op: 'echo', name: `K=${K} W=${W} ${kb(size)}${kind === 'wide' ? ' non-ASCII' : ''}`, K, W, size, kind });
const cast = (N, size, burst = 1, more) => ({ op: 'bcast', name: `${N} clients ${kb(size)}${burst > 1 ? ' x' + burst : ''}`, N, size, burst, kind: 'ascii', ...more });
const poll = (K, B, size = 32) => ({ op: 'poll', name: `${K} pollers, ${B}/POST ${kb(size)}`, K, B, size, kind: 'ascii' });
const us = ['server CPU, µs', x => x.cpuPer * 1e6, -1], rate = ['per second', x => x.perSec, 1];

// columns of a measure: [title, value of a result, +1 more is better / -1 less is better]
const measures = {
  a: { title: 'echo over WebSocket (one message)', seconds: 2, columns: [us, rate], cases: [
    echo(100, 1, 32), echo(1, 64, 32), echo(100, 16, 32), echo(1000, 4, 32), echo(1000, 1, 32), echo(1, 64, 1024), echo(100, 16, 1024), echo(1000, 4, 1024),
    echo(1, 4, 65536), echo(100, 4, 65536), echo(1000, 1, 65536), echo(100, 16, 32, 'wide'), echo(100, 16, 1024, 'wide'), echo(100, 4, 65536, 'wide')],
    quick: [echo(100, 1, 32), echo(100, 16, 32), echo(100, 16, 1024, 'wide')] },
  b: { title: 'broadcast (one delivery)', seconds: 3, columns: [us, rate], cases: [
    cast(1000, 100), cast(1000, 1024), cast(1000, 100, 10), cast(5000, 100), cast(5000, 1024)], quick: [cast(1000, 100)] },
  c: { title: 'long-polling (one round trip: POST + echo through the GET; or one pushed delivery)', seconds: 2, columns: [us, rate], polling: true, cases: [
    poll(1, 1), poll(100, 1), poll(100, 16), poll(100, 1, 1024), { ...cast(1000, 100, 1, { poll: true }), name: 'push to 1000 pollers 100B' }],
    quick: [poll(100, 1)] },
  d: { title: 'idle connections', seconds: 33, fresh: true, columns: [
    ['RSS, KiB each', x => x.rss / 1024, -1], ['heap + external, KiB each', x => (x.heap + (x.external || 0)) / 1024, -1], ['CPU, µs per heartbeat', us[1], -1],
    ['CPU, ms a second at the default heartbeat', x => x.cpu / x.seconds * 1000, 0], ['heartbeats seen', x => x.beats, 0]], cases: [
    { op: 'idle', name: '10000 WebSockets', N0: 500, N: 10000 }, { op: 'idle', name: '2000 pending polls', N0: 200, N: 2000, poll: true, seconds: 3 }] },
  e: { title: 'connect + handshake + disconnect (one cycle)', seconds: 3, columns: [us, rate], cases: [{ op: 'churn', name: '64 at a time', K: 64 }] },
  g: { title: 'slow consumer: 2000 x 1 KiB a second to 10 clients and one that stopped reading', seconds: 20, fresh: true, columns: [
    ['RSS growth at its peak, MiB', x => x.peak / 1048576, -1], ['held at the end (after gc), MiB', x => x.held / 1048576, -1], ['dropped it (1 = yes)', x => +x.dropped, 0]],
    cases: [{ op: 'slow', name: 'one stalled client', N: 10, perSec: 2000, size: 1024 }] },
  // Only with --only i: its largest case needs `ulimit -n 20000`.
  i: { title: 'growth', seconds: 2, fresh: true, columns: [us, ['RSS, KiB each', x => x.rss / 1024, -1]], cases: [10, 100, 1000, 5000, 10000, 19950].flatMap(n => [
    { ...echo(n, 1, 32), name: `echo, ${n}` }, { ...cast(n, 100), name: `broadcast, ${n}` },
    ...(n < 1000 ? [] : [{ op: 'idle', name: `memory, ${n}`, N0: n / 10, N: n, seconds: 1 }])]) },
};

const children = new Set();
process.on('exit', () => children.forEach(c => c.kill('SIGKILL')));
process.on('SIGINT', () => process.exit(130));
let nextPort = +opt.port;

async function serve(name, tag) {
  const p = peers[name], port = nextPort++, flags = ['--expose-gc'];
  if (nextPort > 25999) nextPort = +opt.port;
  if (opt.prof && !p.node) flags.push('--cpu-prof', '--cpu-prof-dir=' + opt.prof, `--cpu-prof-name=${name}-${tag}.cpuprofile`);
  const child = spawn(p.node || modern, [...flags, path.join(__dirname, 'peers', p.file), port, ...p.args], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...p.env } });
  const server = { name, port, child, pid: child.pid, onReply: null, command: c => child.stdin.write(JSON.stringify(c) + '\n') };
  children.add(child);
  child.stdin.on('error', () => {});
  let rest = '';
  const ready = new Promise((r, bad) => { server.onReply = r; child.on('exit', code => bad(Error(`${name} ended with ${code}`))); });
  child.stdout.setEncoding('utf8').on('data', d => {
    const lines = (rest + d).split('\n');
    rest = lines.pop();
    for (const l of lines) if (l[0] === '{') server.onReply(JSON.parse(l)); // the old library also prints a line
  });
  await ready;
  server.stop = () => new Promise(r => { child.on('exit', () => { children.delete(child); r(); }); server.command({ op: 'exit' }); setTimeout(() => child.kill('SIGKILL'), 5000).unref(); });
  return server;
}

function load(server, job) { // runs one operation in a separate load generator
  const p = peers[server.name], gen = fork(path.join(__dirname, 'load.js'), { execArgv: [] });
  children.add(gen);
  return new Promise(done => {
    let out = { fail: 'the load generator died' };
    const timer = setTimeout(() => { out = { fail: 'timed out' }; gen.kill('SIGKILL'); }, (job.seconds + job.warm + 90) * 1000);
    server.onReply = reply => gen.connected && gen.send({ reply });
    const died = () => { out = { fail: 'the server died' }; gen.kill('SIGKILL'); };
    server.child.once('exit', died);
    gen.on('message', m => { if (m.cmd) server.command(m.cmd); else out = m.fail ? m : m.result; });
    gen.on('exit', () => { clearTimeout(timer); server.child.removeListener('exit', died); children.delete(gen); done(out); });
    gen.send({ ...job, dialect: p.dialect, framing: p.framing || 'rfc6455', port: server.port, pid: server.pid });
  });
}

async function calm() { // with --calm X, wait (two minutes at most) for a second in which others use less than X cores
  for (let i = 0; opt.calm && i < 120; i++) { const b = busy(); await sleep(1000); if (busy() - b < +opt.calm) return; }
}
const sleep = ms => new Promise(r => setTimeout(r, ms));
const median = list => list.slice().sort((a, b) => a - b)[list.length >> 1];
const results = {}; // id -> case -> peer -> [result of each repeat]
const keep = (id, name, peer, r) => ((results[id] ??= {})[name] ??= {})[peer] = [...(results[id][name][peer] || []), r];
let failed = false;

async function run(id) {
  const m = measures[id], mine = names.filter(n => !m.polling || peers[n].polls);
  const cases = (opt.quick ? m.quick || [] : m.cases).filter(c => !opt.cases || c.name.includes(opt.cases));
  const servers = {};
  for (const [i, c] of cases.entries()) for (let j = 0; j < mine.length; j++) {
    const name = mine[(i + j) % mine.length]; // the order rotates, so that each peer is first in turn
    if (c.poll && !peers[name].polls) continue;
    const first = !servers[name], server = servers[name] ??= await serve(name, id);
    const seconds = c.seconds || +opt.seconds || (opt.quick ? 1 : m.seconds), warm = opt.quick ? 0.7 : first ? 1.5 : 0.7;
    let r;
    for (let tries = 0; tries < 3; tries++) {
      await calm();
      r = await load(server, { ...c, seconds, warm });
      if (r.fail || m.fresh || !(opt.calm && r.others > +opt.calm)) break; // repeated if other processes were busy
    }
    if (r.fail) failed = true;
    if (r.fail || m.fresh) { await server.stop(); delete servers[name]; }
    keep(id, c.name, name, r);
    if (opt.verbose) console.error(id, c.name, name, JSON.stringify(r));
    await sleep(150);
  }
  for (const s of Object.values(servers)) await s.stop();
}

// f and h run in short separate processes and return { case: { value } }
function codec() {
  const codecs = { 'original': pkg('old', 'socket.io/lib/socket.io/utils.js'), 'sketch': path.join(__dirname, 'm06.js'), 'json': 'json' };
  if (opt.codec) codecs.new = path.resolve(opt.codec);
  for (const [name, file] of Object.entries(codecs)) {
    const out = JSON.parse(execFileSync(modern, [path.join(__dirname, 'codec.js'), file], { encoding: 'utf8' }));
    for (const [c, v] of Object.entries(out)) keep('f', c, name, { mbs: v });
  }
}
function startup() {
  const timed = 'var t=process.hrtime();require(process.argv[1]);t=process.hrtime(t);process.stdout.write(String(t[0]*1e3+t[1]/1e6))';
  for (const n of names.filter(n => peers[n].args[0] && !n.startsWith('ws-'))) {
    const module = peers[n].args[0], times = [];
    for (let i = 0; i < 11; i++) times.push(parseFloat(execFileSync(peers[n].node || modern, ['-e', timed, module], { encoding: 'utf8' }).split('\n').pop()));
    const r = { ms: median(times) };
    if (n === 'new') { // what npm installs: the size of the package, and the number of its dependencies
      let root = fs.statSync(module).isDirectory() ? module : path.dirname(module);
      while (!fs.existsSync(path.join(root, 'package.json')) && root !== path.dirname(root)) root = path.dirname(root);
      try {
        r.kib = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))[0].unpackedSize / 1024;
        r.packages = 1 + Object.keys(require(path.join(root, 'package.json')).dependencies || {}).length;
      } catch { /* not a package */ }
    } else {
      const dir = path.join(dirOf(n), 'node_modules');
      r.kib = +execFileSync('du', ['-sk', '--apparent-size', dir], { encoding: 'utf8' }).split('\t')[0];
      r.packages = fs.readFileSync(path.join(dir, '.package-lock.json'), 'utf8').match(/"node_modules\//g).length;
    }
    keep('h', 'require + install', n, r);
  }
}
measures.f = { title: '~m~ codec, MB/s of payload text', columns: [['MB/s', x => x.mbs, 1]], run: codec, base: ['original', 'json'] };
measures.h = { title: 'start-up and size', columns: [['require(), ms', x => x.ms, -1], ['installed, KiB', x => x.kib, -1], ['packages', x => x.packages, -1]], run: startup };

const num = v => v === undefined || !Number.isFinite(v) ? '-' : v >= 1000 ? String(Math.round(v)) : v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2);
const mid = (list, f) => { const v = list.filter(r => !r.fail).map(f).filter(x => x !== undefined); return v.length ? median(v) : undefined; };
function print(id) {
  const m = measures[id], all = results[id], base = m.base || (names.includes('ws') ? ['ws', 'socket.io'] : [names[0]]);
  if (!all) return;
  const cols = [...new Set(Object.values(all).flatMap(Object.keys))];
  const order = [...names, ...base, 'sketch', 'new'], shown = [...new Set(order)].filter(n => cols.includes(n));
  console.log(`\n## ${id}. ${m.title}`);
  for (const [title, value, sense] of m.columns) {
    console.log(`\n${title}${sense ? ` (${sense < 0 ? 'less' : 'more'} is better); in brackets: as a multiple of ${base.join(' / ')}` : ''}\n`);
    console.log(`| case | ${shown.join(' | ')} |\n|---|${shown.map(() => '---').join('|')}|`);
    for (const [c, row] of Object.entries(all)) {
      console.log(`| ${c} | ` + shown.map(n => {
        if (!row[n]) return '';
        const bad = row[n].find(r => r.fail);
        if (bad) return 'FAIL: ' + bad.fail.slice(0, 80);
        const v = mid(row[n], value), rest = row[n].map(value).filter(x => x !== undefined);
        // Ratios are taken within a repeat, then their median: noise that lasts a whole repeat cancels.
        const ratio = b => !sense || v === undefined || !row[b] || b === n ? '' : num(median(row[n].map((r, i) => value(r) / (row[b][i] && !row[b][i].fail ? value(row[b][i]) : NaN))));
        const both = sense ? base.map(ratio) : [], spread = rest.length > 1 && v ? ` ±${Math.round((Math.max(...rest) - Math.min(...rest)) / 2 / v * 100)}%` : '';
        return num(v) + (both.some(Boolean) ? ` (${both.map(x => x || '1').join('/')})` : '') + (row[n].some(r => r.genLoad > 0.93 && r.serverLoad < 0.85) && value === rate[1] ? '*' : '') + spread;
      }).join(' | ') + ' |');
    }
  }
}

(async () => {
  const t0 = Date.now(), ids = opt.quick && !opt.only ? ['a', 'b', 'c'] : (opt.only || 'a,b,c,d,e,f,g,h').split(',');
  console.log(`node ${process.version}, ${os.cpus().length} cores, load ${os.loadavg().map(x => x.toFixed(2)).join(' ')}, repeats ${opt.repeat}`);
  for (let i = 0; i < +opt.repeat; i++) for (const id of ids) await (measures[id].run ? measures[id].run() : run(id));
  for (const id of ids) print(id);
  const seen = Object.values(results).flatMap(x => Object.values(x)).flatMap(x => Object.values(x)).flat().map(r => r.others).filter(x => x !== undefined);
  console.log(`\n*: bound by the load generator, read the CPU figure. Other load while measuring: median ${num(median(seen))}, most ${num(Math.max(...seen))} cores. ${Math.round((Date.now() - t0) / 1000)} s.`);
  if (opt.json) fs.writeFileSync(opt.json, JSON.stringify({ node: process.version, load: os.loadavg(), results }, null, 1));
  process.exit(failed ? 1 : 0);
})();
