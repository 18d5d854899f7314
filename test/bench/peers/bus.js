// A server with or without a bus over Redis, driven by its parent: fork bus.js KIND MODULES MODULE REDIS_PORT (0: no bus)
const http = require('http'), path = require('path');
const [, , kind, modules, module_, redisPort] = process.argv;
const inCache = name => require(path.join(modules, name));

async function client() {
  const c = inCache('redis').createClient({ socket: { port: +redisPort, host: '127.0.0.1' } });
  c.on('error', () => {});
  await c.connect();
  return c;
}
const starts = {
  async 'new'(server) {
    const bus = +redisPort ? require(path.join(module_, 'build/lib/bus')).redisBus(await client()) : undefined;
    const io = require(module_).listen(server, { log: false, flashPolicyServer: false, bus });
    return { broadcast: t => io.broadcast(t), ready: () => !bus || io.bus.peers.size === 1 };
  },
  async 'socket.io'(server) {
    const { Server } = inCache('socket.io');
    const adapter = +redisPort ? inCache('@socket.io/redis-adapter').createAdapter(await client(), await client()) : undefined;
    const io = new Server(server, adapter ? { adapter } : {});
    return { broadcast: t => io.send(t), ready: async () => !adapter || (await io.of('/').adapter.serverCount()) === 2 };
  },
};
const PAD = 'x'.repeat(80);
const text = n => `${process.hrtime.bigint()} ${n} ${PAD}`; // the time is that of the machine, the same for all processes
const cpu = () => { const { user, system } = process.cpuUsage(); return user + system; };

(async () => {
  const server = http.createServer((q, r) => r.writeHead(404).end());
  const peer = await starts[kind](server);
  let n = 0, received = 0;
  const ops = {
    cpu: () => ({ cpu: cpu() }),
    ready: async () => ({ ready: await peer.ready() }),
    received: c => { received = c.n; },
    // c.perSec broadcasts a second for c.seconds
    rate: c => new Promise(done => {
      const t0 = performance.now(), all = c.perSec * c.seconds, from = cpu();
      let sent = 0;
      const timer = setInterval(() => {
        for (const due = Math.min(all, Math.floor((performance.now() - t0) / 1000 * c.perSec)); sent < due; sent++) peer.broadcast(text(++n));
        if (sent < all) return;
        clearInterval(timer);
        setTimeout(() => done({ sent, cpu: cpu() - from }), 200);
      }, 1);
    }),
    // as many as the other process receives: at most c.window on their way, c.burst in a turn
    flood: c => new Promise(done => {
      const end = performance.now() + c.seconds * 1000, before = n;
      received = n;
      const turn = () => {
        if (performance.now() > end) return done({ sent: n - before });
        for (let i = 0; i < c.burst && n - received < c.window; i++) peer.broadcast(text(++n));
        setImmediate(turn);
      };
      turn();
    }),
  };
  process.on('message', async c => {
    const out = await ops[c.op](c);
    if (out) process.send({ id: c.id, ...out });
  });
  server.listen(0, '127.0.0.1', 4096, () => process.send({ id: 0, port: server.address().port }));
})();
