// Clients of the servers of bus.js: counts messages, checks their order, and measures their age.
const { WebSocket } = require('ws');
const paths = { 'new': '/socket.io/websocket', 'socket.io': '/socket.io/?EIO=4&transport=websocket' };
const FIRST = /(?:~m~\d+~m~|42\["message",")(\d{6,}) (\d+) x/g;
let ages = [], count = 0, highest = 0, bad = 0;

function open(kind, port, isLeader) {
  return new Promise((ready, fail) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${paths[kind]}`, { perMessageDeflate: false });
    ws.on('error', fail);
    ws.on('message', data => {
      const s = data.toString('latin1');
      if (kind === 'socket.io' && s[0] === '0') return ws.send('40');
      if (s === '2') return ws.send('3');
      if (s.startsWith('40') || /^~m~\d+~m~\d{20,}$/.test(s)) return ready();
      if (s.startsWith('~m~') && s.includes('~m~~h~')) return ws.send(s);
      if (!isLeader) { count += s.match(FIRST)?.length ?? 0; return; }
      const now = process.hrtime.bigint();
      for (const [, time, n] of s.matchAll(FIRST)) {
        count++;
        if (+n !== highest + 1 && highest) bad++;
        highest = +n;
        ages.push(Number(now - BigInt(time)) / 1e6);
        if (count % 500 === 0) process.send({ highest });
      }
    });
  });
}
const ops = {
  async connect(c) {
    for (let i = 0; i < c.clients; i += 50) {
      await Promise.all(Array.from({ length: Math.min(50, c.clients - i) }, (_, j) => open(c.kind, c.port, c.leads && i + j === 0)));
    }
    return {};
  },
  take() {
    ages.sort((a, b) => a - b);
    const at = p => ages[Math.min(ages.length - 1, Math.floor(ages.length * p))];
    const out = { count, bad, highest, p50: at(0.5), p99: at(0.99) };
    ages = []; count = 0; bad = 0;
    return out;
  },
};
process.on('message', async c => process.send({ id: c.id, ...await ops[c.op](c) }));
