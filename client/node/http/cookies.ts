/**
 * The cookies of one client: those given in the options, and those that its server has set since.
 * Load balancers use such cookies to keep the requests of a session on one server.
 *
 * The client talks to one server only and does not follow redirects, so domains and paths are
 * ignored.
 *
 * @module
 */

/** Most cookies kept; browsers keep at least 50 per domain (RFC 6265, section 6.1). */
const MAX_COOKIES = 50;
/** Longest cookie accepted from a server, in characters (RFC 6265, section 6.1). */
const MAX_LENGTH = 4096;

export class Cookies {
  readonly #values: Map<string, string>;

  constructor(initial: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(initial));
  }

  /** The value of a `Cookie` header; undefined without cookies. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Stores the cookies of a response's `Set-Cookie` headers. */
  store(lines: readonly string[] = []): void {
    for (const line of lines) this.#set(line);
  }

  #set(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at < 1 || name === '' || pair.length > MAX_LENGTH) return;
    if (attributes.some(isExpired)) this.#values.delete(name);
    else if (this.#values.has(name) || this.#values.size < MAX_COOKIES) {
      this.#values.set(name, pair.slice(at + 1).trim());
    }
  }
}

/** True for an attribute with which the server deletes its cookie. */
function isExpired(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=').map((part) => part.trim());
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) <= Date.now();
}
