/**
 * The cookies of one client: what it was given, and what its server has set since. Load
 * balancers keep the requests of a session on one server by such cookies.
 *
 * They go to the one server that the client talks to, and redirects are not followed, so domains
 * and paths do not matter.
 *
 * @module
 */

/** Most cookies kept; browsers keep at least 50 for a domain (RFC 6265, section 6.1). */
const MAX_COOKIES = 50;
/** Longest cookie taken from a server, in characters (RFC 6265, section 6.1). */
const MAX_LENGTH = 4096;

export class Cookies {
  readonly #values: Map<string, string>;

  constructor(given: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(given));
  }

  /** The value of a `Cookie` header; undefined without cookies. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Takes the `Set-Cookie` headers of an answer. */
  take(lines: readonly string[] = []): void {
    for (const line of lines) this.#set(line);
  }

  #set(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at < 1 || name === '' || pair.length > MAX_LENGTH) return;
    if (attributes.some(isPast)) this.#values.delete(name);
    else if (this.#values.has(name) || this.#values.size < MAX_COOKIES) {
      this.#values.set(name, pair.slice(at + 1).trim());
    }
  }
}

/** True for an attribute by which the server takes its cookie back. */
function isPast(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=').map((part) => part.trim());
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) <= Date.now();
}
