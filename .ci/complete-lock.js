/*
 * Adds the optional packages of other platforms to package-lock.json. npm leaves them out when its
 * registry does not have them, and then `npm ci` rejects the file.
 *
 *   node .ci/complete-lock.js       after `npm install`; prints what it has added
 */
const fs = require('fs');
const path = require('path');

const FILE = path.join(__dirname, '..', 'package-lock.json');
const PLATFORM =
  /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-(\w+))?$/;

const lock = JSON.parse(fs.readFileSync(FILE, 'utf8'));

function complete(parent, name, version) {
  const entry = `node_modules/${name}`;
  const platform = PLATFORM.exec(name);
  if (entry in lock.packages || !platform) return;
  const [, os, cpu, abi = ''] = platform;
  const libc = os !== 'linux' ? undefined : abi.startsWith('musl') ? ['musl'] : ['glibc'];
  const { dev, license, engines } = parent;
  const added = { version, cpu: [cpu], dev, engines, libc, license, optional: true, os: [os] };
  lock.packages[entry] = added;
  console.log(`${name} ${version}`);
}

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    complete(parent, name, version);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
);
fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
