/**
 * The sessions of a Listener by id: makes ids, lists sessions when they connect, and removes
 * them when they end.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { warnOfHook } from '../access/hook-warning.js';
import type { SessionLimiter } from '../access/session-limiter.js';
import type { ResolvedOptions } from '../options.js';
import type { Client } from '../session/client.js';
import { parsePlace } from '../protocol/delivery/place.js';
import type { Route } from '../protocol/url.js';
import { shortId } from '../util/log.js';

/** The time of a browser in milliseconds, as clients put it into the path of a new session. */
const TIME: RegExp = /^\d{13}$/;

/** What may follow the time in the path of a new session: the number of a JSONP callback. */
const JSONP_INDEX = /^\d{0,9}\/?$/;

/** Characters that are safe in a path segment and in a line of an event stream. */
const USABLE_ID = /^[\w!$&'()*+,.:;=@-]+$/;

export class SessionRegistry {
  /** The sessions as `listener.clients` shows them. Applications write to it, so that it is not read here. */
  readonly clients: Record<string, Client> = {};
  /** True if `generateId` has made an id that looks like a time. */
  hasMadeTimes = false;
  /** The end of all ids that are made here: see forward/session-tag.ts. */
  tag = '';
  readonly #sessions = new Map<string, Client>();
  /** Clients of another server, which no request of ours can find. */
  readonly #external = new Map<string, Client>();
  readonly #options: ResolvedOptions;
  readonly #limiter: SessionLimiter;

  constructor(options: ResolvedOptions, limiter: SessionLimiter) {
    this.#options = options;
    this.#limiter = limiter;
  }

  /** Number of sessions, with those of other servers. */
  get size(): number {
    return this.#sessions.size + this.#external.size;
  }

  /** A session of ours. */
  get(sessionId: string): Client | undefined {
    return this.#sessions.get(sessionId);
  }

  /** The sessions of ours. */
  values(): IterableIterator<Client> {
    return this.#sessions.values();
  }

  /** All sessions, with those of other servers. */
  all(): Client[] {
    return [...this.#sessions.values(), ...this.#external.values()];
  }

  add(client: Client): void {
    this.#limiter.add(client);
    this.#mapOf(client).set(client.sessionId, client);
    this.clients[client.sessionId] = client;
  }

  remove(client: Client): void {
    this.#limiter.remove(client);
    this.#mapOf(client).delete(client.sessionId);
    delete this.clients[client.sessionId];
  }

  /**
   * True if a proxy has merged the slashes of `//TIME`, a request for a new session. Apache, nginx
   * and lighttpd do this. The path of a session has a time after the id; a merged path does not. A
   * client that requests delivery has a place instead of the time.
   */
  isMergedPath({ sessionId, rest }: Route): boolean {
    return (
      // First, because it is so for nearly all requests, and reading a place takes a microsecond.
      this.get(sessionId) === undefined &&
      (TIME.test(sessionId) || parsePlace(sessionId) !== null) &&
      JSONP_INDEX.test(rest) &&
      !this.hasMadeTimes
    );
  }

  /** Makes the id of a new session; null, after a warning, if `generateId` of the application fails. */
  makeId(request: IncomingMessage): string | null {
    try {
      const made: unknown = this.#options.generateId(request);
      if (typeof made !== 'string' || !USABLE_ID.test(made)) {
        throw new TypeError(
          `Expected \`generateId\` to return URL-safe text, got ${inspect(made, { depth: 0 })}`,
        );
      }
      const id = made + this.tag;
      if (this.#sessions.has(id)) throw new Error(`The session id ${shortId(id)} is in use`);
      this.hasMadeTimes ||= TIME.test(id);
      return id;
    } catch (error) {
      warnOfHook('generateId', 'ERR_SIO_GENERATE_ID_FAILED', error);
      return null;
    }
  }

  #mapOf({ _type }: Client): Map<string, Client> {
    return _type.isExternal === true ? this.#external : this.#sessions;
  }
}
