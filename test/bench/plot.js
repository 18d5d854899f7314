// Plots how cost grows with the number of sessions: node plot.js RAW.json  ->  growth.json and growth.svg beside this file
// RAW.json is written by `bench.js --only i --json RAW.json`; without it, growth.json is plotted again.
const fs = require('fs'), path = require('path');

const here = name => path.join(__dirname, name);
const peers = [['ws', 'bare ws', '#8a8f98'], ['socket.io', 'Socket.IO 4', '#c2571a'], ['new', 'socket.io-node', '#1667b7']];
const panels = [
  ['echo', 'CPU per echoed message, µs', r => r.cpuPer * 1e6],
  ['broadcast', 'CPU per broadcast delivery, µs', r => r.cpuPer * 1e6],
  ['memory', 'memory per idle session, KiB', r => r.rss / 1024],
];
const median = list => list.slice().sort((a, b) => a - b)[list.length >> 1];

function digest({ node, results }) { // { echo: { ws: [[10, 9.1], …] } }, medians of the repeats
  const points = {};
  for (const [name, , value] of panels) for (const [c, row] of Object.entries(results.i)) {
    const [what, n] = c.split(', ');
    if (what !== name) continue;
    for (const [peer, runs] of Object.entries(row)) {
      const good = runs.filter(r => !r.fail).map(value);
      if (good.length) ((points[name] ??= {})[peer] ??= []).push([+n, +median(good).toPrecision(3)]);
    }
  }
  return { node, date: new Date().toISOString().slice(0, 10), points };
}

const W = 300, H = 240, LEFT = 40, TOP = 46, WIDE = W - LEFT - 14, HIGH = H - TOP - 40;
const text = (x, y, s, more = '') => `<text x="${x}" y="${y}" ${more}>${s}</text>`;
const short = n => n >= 1000 ? Math.round(n / 1000) + 'k' : String(n);

function panel([name, title], points, at) {
  const all = Object.values(points).flat(), xs = [...new Set(all.map(p => p[0]))].sort((a, b) => a - b);
  const lo = Math.log10(xs[0]), hi = Math.log10(xs.at(-1)), most = Math.max(...all.map(p => p[1]));
  const step = [1, 2, 5, 10, 20, 50].find(s => most / s <= 6) || 100, top = Math.ceil(most / step) * step;
  const x = n => +(LEFT + (Math.log10(n) - lo) / (hi - lo) * WIDE).toFixed(1), y = v => +(TOP + HIGH - v / top * HIGH).toFixed(1);
  const out = [`<g transform="translate(${at * W} 0)">`, text(LEFT - 26, 24, title, 'class="title"')];
  for (let v = 0; v <= top; v += step) out.push(`<path class="grid" d="M${LEFT} ${y(v)}h${WIDE}"/>`, text(LEFT - 6, y(v) + 4, v, 'text-anchor="end"'));
  for (const n of xs) out.push(text(x(n), TOP + HIGH + 18, short(n), 'text-anchor="middle"'));
  for (const [peer, , colour] of peers) {
    const line = points[peer] || [];
    out.push(`<path fill="none" stroke="${colour}" stroke-width="2" d="M${line.map(([n, v]) => `${x(n)} ${y(v)}`).join('L')}"/>`);
    for (const [n, v] of line) out.push(`<circle cx="${x(n)}" cy="${y(v)}" r="3" fill="${colour}"><title>${n} sessions: ${v}</title></circle>`);
  }
  return out.join('\n') + '\n</g>';
}

function draw({ node, date, points }) {
  const width = W * panels.length, key = peers.map(([, name, colour], i) =>
    `<circle cx="${20 + i * 130}" cy="${H + 8}" r="5" fill="${colour}"/>` + text(30 + i * 130, H + 12, name)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${H + 24}" font-family="system-ui, sans-serif" font-size="11" fill="#333">
<style>.grid{stroke:#e3e5e8}.title{font-size:13px;font-weight:600}</style>
<rect width="100%" height="100%" fill="#fff"/>
${panels.map((p, i) => panel(p, points[p[0]], i)).join('\n')}
${key}${text(width - 12, H + 12, `by number of sessions; Node ${node}, 2 cores, ${date}`, 'text-anchor="end" fill="#777"')}
</svg>
`;
}

const raw = process.argv[2];
if (raw) fs.writeFileSync(here('growth.json'), JSON.stringify(digest(JSON.parse(fs.readFileSync(raw))), null, 1).replace(/\[\s+([\d.]+),\s+([\d.]+)\s+\]/g, '[$1, $2]') + '\n');
fs.writeFileSync(here('growth.svg'), draw(JSON.parse(fs.readFileSync(here('growth.json')))));
