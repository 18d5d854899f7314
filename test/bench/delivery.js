// What delivery costs: node bench.js --only delivery --module PATH [--repeat PAIRS] [--prof DIR]
// CPU of a 32-byte echo with delivery and without, in pairs; memory of an idle session with it, with the option off, and before it.
const path = require('path'), { Child } = require('./child'), { busy } = require('./where');
const CONNECTIONS = 100, MESSAGES = 20_000, WARM_UP = 40_000, SLICES = 4, FIRST = 2000, LAST = 8000, MEMORY_ROUNDS = 3;
const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];

async function open(opt, server, client, prof) {
  const flags = ['--expose-gc', ...(prof ? ['--cpu-prof', '--cpu-prof-dir=' + prof] : [])];
  const target = new Child('peers/delivery.js', [path.resolve(opt.module), server], flags), { port } = await target.started;
  const load = new Child('delivery-load.js', []);
  await load.started;
  return {
    target, connect: n => load.call('connect', { port, has: client === 'yes', clients: n }),
    async cpu(messages) { // µs of the server for each message
      const from = (await target.call('cpu')).cpu;
      await load.call('echo', { messages });
      return ((await target.call('cpu')).cpu - from) / messages;
    },
    async stop() { await target.end(); load.stop(); },
  };
}
async function pairs(opt, kinds, count) {
  const all = [];
  for (let i = 0; i < count; i++) { // two processes of the same program differ by up to 10 %, so each pair has new ones
    const both = [], us = [[], []];
    for (const has of kinds) {
      const one = await open(opt, has, has, opt.prof);
      await one.connect(CONNECTIONS);
      await one.cpu(WARM_UP);
      both.push(one);
    }
    for (let j = 0; j < SLICES; j++) for (const k of j % 2 ? [1, 0] : [0, 1]) us[k].push(await both[k].cpu(MESSAGES));
    for (const one of both) await one.stop();
    all.push(us.map(median));
    if (opt.verbose) console.error(kinds.join(), us.map(list => list.map(x => x.toFixed(2)).join(' ')).join(' / '));
  }
  const ratios = all.map(([a, b]) => b / a).sort((a, b) => a - b), at = p => ratios[Math.round((ratios.length - 1) * p)];
  return { us: [0, 1].map(k => median(all.map(pair => pair[k]))), ratio: at(0.5), low: at(0.25), high: at(0.75) };
}
async function idle(opt, server, client) {
  const one = await open(opt, server, client);
  await one.connect(FIRST);
  const a = await one.target.call('memory');
  await one.connect(LAST);
  const b = await one.target.call('memory'), { sessions, delivering } = await one.target.call('count');
  if (sessions !== LAST || delivering !== (client === 'yes' ? LAST : 0)) throw Error(`${sessions} sessions, ${delivering} with delivery`);
  if (opt.snapshot) await one.target.call('snapshot', { file: `${opt.snapshot}/${server}-${client}.heapsnapshot` });
  await one.stop();
  return (b.bytes - a.bytes) / (LAST - FIRST);
}
exports.run = async opt => {
  const t0 = performance.now(), before = busy(), count = Math.max(15, +opt.repeat);
  const percent = r => ((r - 1) * 100).toFixed(1) + ' %';
  if (!opt.cases || opt.cases === 'memory') {
    const kinds = [['no', 'no'], ['yes', 'no'], ['yes', 'yes']], rounds = kinds.map(() => []);
    for (let i = 0; i < MEMORY_ROUNDS; i++) for (const [k, kind] of kinds.entries()) rounds[k].push(await idle(opt, ...kind));
    const [off, on, with_] = rounds.map(median);
    console.log(`memory of an idle session, bytes: ${off.toFixed(0)} with the option off, ${on.toFixed(0)} with it on and not used, ${with_.toFixed(0)} with delivery: ${(with_ - off).toFixed(0)} more`);
  }
  if (!opt.cases || opt.cases === 'echo') {
    for (const [title, kinds] of [['the same twice', ['no', 'no']], ['with delivery', ['no', 'yes']]]) {
      const { us, ratio, low, high } = await pairs(opt, kinds, count);
      console.log(`CPU of an echo, ${title}, µs: ${us.map(x => x.toFixed(2)).join(' and ')}; ${count} pairs, median ${percent(ratio)}, half of them from ${percent(low)} to ${percent(high)}`);
    }
  }
  console.log(`node ${process.version}; busy cores, ours included: ${((busy() - before) / (performance.now() - t0) * 1000).toFixed(2)}`);
  process.exit(0);
};
