// The bus over Redis beside Socket.IO 4 with @socket.io/redis-adapter: node bench.js --only bus --module PATH [--seconds N --repeat N]
const fs = require('fs'), os = require('os'), net = require('net'), path = require('path'), { spawn, execFileSync } = require('child_process');
const { dirOf, busy } = require('./where'), { Child, children } = require('./child');
const sleep = ms => new Promise(r => setTimeout(r, ms));
const median = list => list.slice().sort((a, b) => a - b)[list.length >> 1];
const num = v => v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2);
async function redis() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise(r => probe.once('listening', r));
  const { port } = probe.address();
  await new Promise(r => probe.close(r));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-redis-'));
  const child = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', dir], { stdio: 'ignore' });
  children.add(child);
  for (let i = 0; i < 200; i++) {
    const ok = await new Promise(r => net.connect(port, '127.0.0.1').on('connect', function () { this.destroy(); r(true); }).on('error', () => r(false)));
    if (ok) return { port, cpu: () => ticks(child.pid) };
    await sleep(50);
  }
  throw Error('redis-server does not start');
}
const ticks = pid => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ').slice(11, 13).reduce((a, x) => a + +x, 0) * 1e4; // µs

async function serve(kind, opt, redisPort, clients, leads) {
  const server = new Child('peers/bus.js', [kind, path.join(dirOf('bus'), 'node_modules'), path.resolve(opt.module), redisPort]);
  const { port } = await server.started;
  const load = new Child('bus-load.js', []);
  await load.call('connect', { kind, port, clients, leads });
  return { server, load, stop() { server.stop(); load.stop(); } };
}
async function meet(...members) {
  for (const { server } of members) while (!(await server.call('ready')).ready) await sleep(50);
}

// CPU of a broadcast to 1,000 local clients: two processes, one with a bus (alone on it), measured in turn
async function local(kind, opt, out, perSec) {
  const r = await redis(), seconds = +opt.seconds || 3, rounds = 7;
  const members = [await serve(kind, opt, 0, 1000), await serve(kind, opt, r.port, 1000)];
  const cpu = [[], []];
  for (let i = 0; i < 2 * rounds + 2; i++) {
    const which = (i + (i >> 1)) % 2, { server, load } = members[which]; // without, with, with, without …
    await load.call('take');
    const result = await server.call('rate', { perSec, seconds });
    await sleep(300);
    const { count } = await load.call('take');
    if (count !== result.sent * 1000) throw Error(`${kind}: expected ${result.sent * 1000} messages, got ${count}`);
    if (i >= 2) cpu[which].push(result.cpu / result.sent);
  }
  for (const m of members) m.stop();
  const [without, with_] = cpu.map(median);
  Object.assign(out, { [`without${perSec}`]: without, [`with${perSec}`]: with_, [`ratio${perSec}`]: with_ / without });
}
async function across(kind, opt, out) {
  const r = await redis(), seconds = +opt.seconds || 5;
  const a = await serve(kind, opt, r.port, 0), b = await serve(kind, opt, r.port, 1, true);
  await meet(a, b);
  b.load.onMessage = ({ highest }) => a.server.process.send({ op: 'received', n: highest });
  await a.server.call('rate', { perSec: 1000, seconds: 1 });
  await sleep(300);
  await b.load.call('take');
  const paced = await a.server.call('rate', { perSec: 1000, seconds });
  await sleep(500);
  const age = await b.load.call('take');
  if (age.count !== paced.sent || age.bad) throw Error(`${kind}: expected ${paced.sent} messages in order, got ${age.count}, ${age.bad} out of order`);
  out.p50 = age.p50; out.p99 = age.p99;
  for (const burst of [1, 100]) {
    await a.server.call('flood', { burst, seconds: 1, window: 5000 });
    await sleep(1000); await b.load.call('take');
    const cpus = async () => [(await a.server.call('cpu')).cpu, (await b.server.call('cpu')).cpu, r.cpu()];
    const from = await cpus(), t0 = performance.now();
    const { sent } = await a.server.call('flood', { burst, seconds, window: 5000 });
    let got = { count: 0, bad: 0 };
    for (let i = 0; i < 100 && got.count < sent; i++) { const t = await b.load.call('take'); got = { count: got.count + t.count, bad: got.bad + t.bad }; if (got.count < sent) await sleep(20); }
    const took = (performance.now() - t0) / 1000, to = await cpus();
    if (got.count !== sent || got.bad) throw Error(`${kind}: expected ${sent} messages in order, got ${got.count}, ${got.bad} out of order`);
    out[`rate${burst}`] = sent / took;
    [out[`cpuA${burst}`], out[`cpuB${burst}`], out[`cpuRedis${burst}`]] = to.map((x, i) => (x - from[i]) / sent);
  }
  a.stop(); b.stop();
}

const RATES = [20, 100], rows = [
  ...RATES.flatMap(n => [[`CPU of a broadcast to 1,000 local WebSockets, ${n} a second, no bus, µs`, 'without' + n], ['the same with the bus, µs', 'with' + n], ['with / without', 'ratio' + n]]),
  ['latency to a client of the other process at 1,000 messages/s, median, ms', 'p50'], ['the same, 99 %, ms', 'p99'],
  ['broadcasts to the other process a second, one a turn', 'rate1'], ['CPU of the sender per broadcast, µs', 'cpuA1'], ['CPU of the receiver, µs', 'cpuB1'], ['CPU of Redis, µs', 'cpuRedis1'],
  ['broadcasts to the other process a second, 100 a turn', 'rate100'], ['CPU of the sender per broadcast, µs', 'cpuA100'], ['CPU of the receiver, µs', 'cpuB100'], ['CPU of Redis, µs', 'cpuRedis100'],
];
exports.run = async opt => {
  execFileSync(process.execPath, [path.join(__dirname, 'setup.js'), 'bus'], { stdio: 'inherit' });
  const kinds = ['new', 'socket.io'], all = { 'new': [], 'socket.io': [] }, t0 = performance.now(), before = busy();
  for (let i = 0; i < +opt.repeat; i++) for (const kind of i % 2 ? kinds.toReversed() : kinds) {
    const out = {};
    for (const n of RATES) await local(kind, opt, out, n);
    await across(kind, opt, out);
    all[kind].push(out);
    if (opt.verbose) console.error(kind, JSON.stringify(out));
  }
  console.log(`node ${process.version}, ${os.cpus().length} cores, load ${os.loadavg().map(x => x.toFixed(2)).join(' ')}, repeats ${opt.repeat}`);
  console.log(`busy cores while measuring, ours included: ${((busy() - before) / (performance.now() - t0) * 1000).toFixed(2)}\n`);
  console.log('| | socket.io-node, redisBus | Socket.IO 4, redis-adapter |\n|---|---|---|');
  for (const [title, key] of rows) console.log(`| ${title} | ${kinds.map(k => num(median(all[k].map(x => x[key])))).join(' | ')} |`);
  if (opt.json) fs.writeFileSync(opt.json, JSON.stringify(all, null, 1));
  process.exit(0);
};
