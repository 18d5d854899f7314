import { isAscii, isUtf8, transcode } from 'node:buffer';

/**
 * Up to Node 22, `toString` decodes text that is not ASCII 2 to 12 times slower than ICU does, from
 * about 1,000 bytes on. Node 24 decodes it faster than ICU. A Node built without ICU has no
 * `transcode`.
 */
const LONG = 1024;
const prefersIcu =
  Number.parseInt(process.versions.node, 10) < 24 && typeof transcode === 'function';

/** Decodes UTF-8. Returns null if the bytes are not UTF-8. */
export function readUtf8(bytes: Buffer): string | null {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) return null;
  const isForIcu = prefersIcu && bytes.length >= LONG;
  return isForIcu ? transcode(bytes, 'utf8', 'utf16le').toString('utf16le') : bytes.toString();
}
