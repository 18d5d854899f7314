/*
 * Runs `npm run build` unless everything that is built is newer than its sources: for `npm start`.
 */
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const SOURCES = ['lib', 'client', 'package.json', 'tsconfig.json'];
/** The build writes these first and last. */
const RESULTS = ['build/lib/index.js', 'build/client/socket.io.map.json'];

/** The newest change of a file, or of a folder and all that it contains, in milliseconds. */
function changed(file) {
  const stat = fs.statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const times = fs.readdirSync(file).map((name) => changed(path.join(file, name)));
  return Math.max(stat.mtimeMs, ...times);
}

/** True if something has to be built in the folder of a package. */
function isStale(folder) {
  const results = RESULTS.map((file) => path.join(folder, file));
  if (!results.every((file) => fs.existsSync(file))) return true;
  const built = Math.min(...results.map((file) => fs.statSync(file).mtimeMs));
  // the installed package does not contain lib/, and is never stale
  const sources = SOURCES.map((file) => path.join(folder, file));
  return sources.some((file) => fs.existsSync(file) && changed(file) > built);
}

if (require.main === module) {
  const folder = path.join(__dirname, '..');
  if (isStale(folder)) {
    execFileSync('npm', ['run', 'build'], { cwd: folder, stdio: 'inherit', shell: true });
  }
}

module.exports = { isStale };
