// One server for broadcasts of bridge.js: fork bridge.js KIND MODULES MODULE; KIND: ours (without a bridge), official (alone), both, apart (both without a bridge)
const http = require('http'), path = require('path');
const [, , kind, modules, module_] = process.argv;
const text = n => `${process.hrtime.bigint()} ${n} ${'x'.repeat(80)}`;
const cpu = () => { const { user, system } = process.cpuUsage(); return user + system; };
const sleep = ms => new Promise(r => setTimeout(r, ms));

function start(server) {
  const { Server } = kind === 'ours' ? {} : require(path.join(modules, 'socket.io'));
  const listener = kind === 'official' ? null : require(module_).listen(server, { log: false, flashPolicyServer: false });
  const official = kind === 'ours' ? null : new Server(server);
  if (kind === 'both') require(path.join(module_, 'build/lib/bridge')).bridge(listener, official);
  if (kind === 'apart') return t => { listener.broadcast(t); official.send(t); };
  return listener ? t => listener.broadcast(t) : t => official.send(t);
}
(async () => {
  const server = http.createServer((q, r) => r.writeHead(404).end()), broadcast = start(server);
  await new Promise(r => server.listen(0, '127.0.0.1', r));
  let n = 0;
  // c.turns turns, each of c.burst broadcasts, c.pause ms apart
  const rate = async c => {
    const from = cpu();
    for (let i = 0; i < c.turns; i++) {
      for (let j = 0; j < c.burst; j++) broadcast(text(++n));
      await sleep(c.pause);
    }
    await sleep(200);
    return { cpu: (cpu() - from) / c.turns / c.burst };
  };
  process.on('message', async c => process.send({ id: c.id, ...await rate(c) }));
  process.send({ id: 0, port: server.address().port });
})();
