/** 38 decimal digits have 126 random bits. Ids of 0.6 were decimal text too. */
const DIGITS = 38;
const ZERO = 0x30;
const digits: Buffer = Buffer.alloc(DIGITS);
const pool: Buffer = Buffer.alloc(4096);
let next = pool.length;

function randomByte(): number {
  if (next === pool.length) {
    // Loaded for the first session, which saves 1.5 ms of `require` for this package.
    const { randomFillSync } = require('node:crypto') as typeof import('node:crypto');
    randomFillSync(pool);
    next = 0;
  }
  const byte = pool[next] ?? 0;
  pool[next++] = 0;
  return byte;
}

/**
 * Makes an unpredictable id: 38 decimal digits from the system's random generator.
 *
 * Digits, because applications of 2011 match ids with `\d+` and put them into URLs and
 * element ids. 0.6.18 used the digits of `Math.random()` (CVE-2017-16031).
 */
export function sessionId(): string {
  for (let at = 0; at < DIGITS;) {
    const byte = randomByte();
    if (byte >= 200) continue; // 200 is a multiple of 100, so that every pair is equally likely
    const pair = byte % 100;
    digits[at++] = ZERO + Math.trunc(pair / 10);
    digits[at++] = ZERO + (pair % 10);
  }
  return digits.toString('latin1');
}
