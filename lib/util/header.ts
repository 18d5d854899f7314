/** Anything except tab, space and visible characters. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * True if the value of a request header may be sent in a response header. Node's parser checks it,
 * except with `insecureHTTPParser`, an option for very old clients. Without this check `writeHead`
 * would throw, and a raw response could be split.
 */
export function isSafeHeaderValue(value: string): boolean {
  return !CONTROL.test(value);
}
