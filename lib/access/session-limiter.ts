/**
 * The limits on sessions and handshakes, in total and by address.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { ProxyTrust } from './proxy-trust.js';
import type { RefusalCode } from './refusal.js';

/** The limits of the options; read at each use, because applications change options. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly maxHandshakes: number;
}

/** An IPv6 host can choose its address in a /64 network: the whole network counts as one address. */
const IPV6_NETWORK_GROUPS = 4;

/**
 * Returns what counts as one address: an IPv4 address, or the /64 network of an IPv6 address.
 *
 * @example networkOf('::ffff:192.0.2.1') // '192.0.2.1'
 * @example networkOf('2001:db8::1') // '2001:db8:0:0'
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [front = '', back = ''] = address.split('::');
  const before = front.split(':').filter(Boolean);
  const after = back.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array<string>(8 - before.length - after.length) : [];
  return [...before, ...zeros.fill('0'), ...after].slice(0, IPV6_NETWORK_GROUPS).join(':');
}

/** The session's side of the limits. */
export interface CountedSession {
  /** The address of the latest connection. */
  readonly remoteAddress: string | undefined;
  /** @internal The address of the first connection, under which it is counted; null: not counted. */
  _countedAddress: string | null;
}

/** Counts sessions and pending handshakes, in total and by address. */
export class SessionLimiter {
  readonly #limits: SessionLimits;
  readonly #proxies: ProxyTrust;
  readonly #byAddress = new Map<string, number>();
  /** True while the Listener ends: sessions begin elsewhere. */
  isDraining = false;
  #sessions = 0;
  #handshakes = 0;
  /** Pending handshakes that begin a session; the others are connections of a known one. */
  #beginning = 0;

  constructor(limits: SessionLimits, proxies: ProxyTrust = new ProxyTrust()) {
    this.#limits = limits;
    this.#proxies = proxies;
  }

  /** Number of pending handshakes. */
  get handshakes(): number {
    return this.#handshakes;
  }

  /** Number of sessions, and of pending handshakes that begin one: `maxSessions` limits it. */
  get sessions(): number {
    return this.#sessions + this.#beginning;
  }

  /** Returns why one more session is not allowed; null if it is. */
  check(request: IncomingMessage): RefusalCode | null {
    if (this.isDraining) return 'ERR_SIO_DRAINING';
    const { maxSessions, maxSessionsPerAddress } = this.#limits;
    if (maxSessions > 0 && this.sessions >= maxSessions) {
      return 'ERR_SIO_TOO_MANY_SESSIONS';
    }
    if (maxSessionsPerAddress === 0) return null;
    const count = this.#byAddress.get(this.#addressOf(request)) ?? 0;
    return count >= maxSessionsPerAddress ? 'ERR_SIO_TOO_MANY_SESSIONS_OF_ADDRESS' : null;
  }

  /**
   * Counts a pending handshake, which counts as a session too until it is released.
   *
   * @param beginsSession false for another connection of a session, which is counted already
   * @returns an idempotent function that ends the count; null if there are too many
   */
  acquire(request: IncomingMessage, beginsSession = true): (() => void) | null {
    const { maxHandshakes } = this.#limits;
    if (maxHandshakes > 0 && this.#handshakes >= maxHandshakes) return null;
    const address = this.#addressOf(request);
    const hold = (change: 1 | -1): void => {
      this.#handshakes += change;
      if (!beginsSession) return;
      this.#beginning += change;
      this.#count(address, change);
    };
    hold(1);
    let isHeld = true;
    return () => {
      if (isHeld) hold(-1);
      isHeld = false;
    };
  }

  /** Counts a session that begins. */
  add(session: CountedSession): void {
    this.#sessions++;
    if (this.#limits.maxSessionsPerAddress === 0) return;
    session._countedAddress = networkOf(session.remoteAddress ?? '');
    this.#count(session._countedAddress, 1);
  }

  /** Ends the count of a session. */
  remove(session: CountedSession): void {
    this.#sessions--;
    if (session._countedAddress === null) return;
    this.#count(session._countedAddress, -1);
    session._countedAddress = null;
  }

  #count(address: string, change: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + change;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }

  #addressOf(request: IncomingMessage): string {
    return networkOf(this.#proxies.addressOf(request) ?? '');
  }
}
