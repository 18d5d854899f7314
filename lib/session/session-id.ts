/** 38 decimal digits hold 126 random bits; 0.6 ids were decimal text too. */
const DIGITS = 38;
const ZERO = 0x30;
const digits: Buffer = Buffer.alloc(DIGITS);
const pool: Buffer = Buffer.alloc(4096);
let next = pool.length;

function randomByte(): number {
  if (next === pool.length) {
    // Loaded for the first session: 1.5 ms that `require` of this package does without.
    const { randomFillSync } = require('node:crypto') as typeof import('node:crypto');
    randomFillSync(pool);
    next = 0;
  }
  const byte = pool[next] ?? 0;
  pool[next++] = 0;
  return byte;
}

/**
 * A session id nobody can guess: 38 decimal digits from the system's random generator.
 *
 * Digits, because applications of 2011 match ids with `\d+` and put them into URLs and
 * element ids. 0.6.18 took the digits of `Math.random()` (CVE-2017-16031).
 */
export function sessionId(): string {
  for (let at = 0; at < DIGITS;) {
    const byte = randomByte();
    if (byte >= 200) continue; // 200 is the largest multiple of 100: every pair equally likely
    const pair = byte % 100;
    digits[at++] = ZERO + Math.trunc(pair / 10);
    digits[at++] = ZERO + (pair % 10);
  }
  return digits.toString('latin1');
}
