'use strict';
/**
 * Builds WebSocketMain.swf from the Haxe source in this folder.
 *
 *     node client/flash/build.js           writes the file
 *     node client/flash/build.js --check   fails if the committed file differs from a new build
 *
 * The built file is committed, so that installing and running does not require Haxe.
 */
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { inflateSync } = require('node:zlib');

const COMMITTED = join(__dirname, 'WebSocketMain.swf');
const LIMIT_BYTES = 16 * 1024;
/** The signature, the version and the length; everything after them is compressed. */
const SWF_HEAD_BYTES = 8;
const FLAGS =
  '-main WebSocketMain -swf-version 10 -swf-header 1:1:30:FFFFFF -dce full -D no-traces'.split(' ');

/** Decompresses `swf`, so that files can be compared independently of the zlib version. */
function inflate(swf) {
  return Buffer.concat([
    swf.subarray(0, SWF_HEAD_BYTES),
    inflateSync(swf.subarray(SWF_HEAD_BYTES)),
  ]);
}

/** Builds the file; returns undefined if Haxe is not installed. */
function build() {
  const folder = mkdtempSync(join(tmpdir(), 'flash-'));
  try {
    // Haxe derives a class name from a hash of the file name, so the name must not change.
    const output = join(folder, 'WebSocketMain.swf');
    const { error, status } = spawnSync('haxe', ['-cp', __dirname, '-swf', output, ...FLAGS], {
      stdio: 'inherit',
    });
    if (error?.code === 'ENOENT') return undefined;
    if (error) throw error;
    if (status !== 0) throw new Error(`haxe ended with ${status}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function main(isCheck) {
  const built = build();
  if (built === undefined) {
    console.log('SKIPPED: haxe is not installed, so WebSocketMain.swf is not built (apt: haxe)');
    process.exitCode = isCheck ? 0 : 1;
    return;
  }
  if (built.length > LIMIT_BYTES)
    throw new Error(`Expected at most ${LIMIT_BYTES} bytes, got ${built.length}`);
  if (!isCheck) {
    writeFileSync(COMMITTED, built);
    console.log(`WebSocketMain.swf: ${built.length} bytes`);
    return;
  }
  const committed = readFileSync(COMMITTED);
  if (inflate(committed).equals(inflate(built))) {
    console.log(`WebSocketMain.swf equals its source: ${committed.length} bytes`);
  } else {
    console.log('WebSocketMain.swf differs from its source: run npm run build:flash and commit it');
    process.exitCode = 1;
  }
}

main(process.argv.includes('--check'));
