// A server of delivery.js: fork delivery.js MODULE yes|no, with or without the option `delivery`. It echoes.
const http = require('http');
const server = http.createServer((q, r) => r.writeHead(404).end()), [, , module_, has] = process.argv;
const listener = require(module_).listen(server, { log: false, flashPolicyServer: false, delivery: has === 'yes' });
let sessions = 0, delivering = 0;
listener.on('connection', c => {
  sessions++;
  if (c.delivery) delivering++;
  c.on('message', m => c.send(m));
});
const ops = {
  cpu() { const { user, system } = process.cpuUsage(); return { cpu: user + system }; },
  async memory() {
    for (let i = 0; i < 3; i++) { gc(); await new Promise(r => setTimeout(r, 100)); }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { bytes: heapUsed + external, rss };
  },
  count: () => ({ sessions, delivering }),
  snapshot: ({ file }) => ({ file: require('v8').writeHeapSnapshot(file) }),
};
process.on('message', async c => process.send({ id: c.id, ...await ops[c.op](c) }));
process.on('disconnect', () => process.exit(0)); // writes the profile
server.listen(0, '127.0.0.1', 4096, () => process.send({ id: 0, port: server.address().port }));
