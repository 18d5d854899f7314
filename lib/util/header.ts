/** Everything but blank, tab, and what can be seen. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * True if what came in a header may go out in one. Node's parser sees to it, but not if the
 * program asked for `insecureHTTPParser`, as servers for very old clients do; `writeHead`
 * would throw then, and a raw answer be split in two.
 */
export function isSafeHeaderValue(value: string): boolean {
  return !CONTROL.test(value);
}
