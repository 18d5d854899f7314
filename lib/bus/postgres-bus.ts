/**
 * A bus over LISTEN and NOTIFY of PostgreSQL.
 *
 * One connection of the pool is used for both. Notifications are text of less than 8,000 bytes: the
 * cluster sends longer messages in pieces. All messages that wait are sent as one query, because
 * a connection executes one query at a time, and queries of several connections could arrive in
 * another order.
 *
 * @module
 */
import type { Bus } from '../cluster/bus.js';

/** A Pool of `pg`. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  readonly totalCount: number;
}

/** A client of a pool of `pg`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<unknown>;
  release(destroy?: Error | boolean): void;
  on(event: 'notification', listener: (message: Notification) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  removeAllListeners(event: string): unknown;
}

interface Notification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

export interface PostgresBusOptions {
  /** The channel of all processes, at most 63 bytes. @default 'socket.io-node' */
  readonly channel?: string;
}

/** Base64 makes 7,988 bytes of these; PostgreSQL accepts 7,999. */
const MAX_MESSAGE = 5990;
/** Longer names of channels are truncated by LISTEN. */
const LONGEST_CHANNEL = 63;
/** The most messages of one query. */
const MOST_AT_A_TIME = 256;
const RECONNECT_MS = 200;
/** A connection whose query takes longer counts as lost, in milliseconds. */
const QUERY_TIMEOUT_MS = 15_000;

const NOTIFY = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload';

interface Waiting {
  readonly payload: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes a bus over your Pool of `pg`. It keeps one connection of the pool, and replaces it when
 * it breaks. Any user of the database can read the channel and write to it: set
 * `busOptions.secret`.
 *
 * The pool MUST have a listener of `error`: without one, a connection that breaks ends the process.
 *
 * @throws {TypeError} If `pool` is not a Pool: a Client of `pg` does not reconnect.
 * @throws {RangeError} If `channel` is empty or has more than 63 bytes.
 * @example
 * const pool = new Pool({ keepAlive: true }); // of `pg`
 * pool.on('error', console.error);
 * io.listen(server, { bus: postgresBus(pool) });
 */
export function postgresBus(
  pool: PostgresPool,
  { channel = 'socket.io-node' }: PostgresBusOptions = {},
): Bus {
  if (typeof pool.connect !== 'function' || typeof pool.totalCount !== 'number') {
    throw new TypeError('Expected a Pool of `pg`: a Client does not reconnect');
  }
  const { length } = Buffer.from(channel);
  if (length === 0 || length > LONGEST_CHANNEL) {
    throw new RangeError(
      `Expected \`channel\` to have from 1 to ${LONGEST_CHANNEL} bytes, got ${length}`,
    );
  }
  return new PostgresBus(pool, channel);
}

class PostgresBus implements Bus {
  readonly maxMessage = MAX_MESSAGE;
  readonly #pool: PostgresPool;
  readonly #channel: string;
  #receive: ((message: Uint8Array) => void) | null = null;
  /** The connection that listens; null while there is none. */
  #client: PostgresClient | null = null;
  #waiting: Waiting[] = [];
  #isBusy = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: PostgresPool, channel: string) {
    this.#pool = pool;
    this.#channel = channel;
  }

  publish(message: Buffer): Promise<void> {
    if (!this.#client) return Promise.reject(new Error('PostgreSQL is not connected'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload: message.toString('base64'), resolve, reject });
      void this.#drain();
    });
  }

  subscribe(receive: (message: Uint8Array) => void): Promise<void> {
    this.#receive = receive;
    return this.#connect();
  }

  /** What was published before is sent; then the connection returns to its pool. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    void this.#drain();
  }

  async #connect(): Promise<void> {
    try {
      const client = await this.#pool.connect();
      client.on('error', (error) => this.#onLost(client, error));
      client.on('end', () => this.#onLost(client, new Error('PostgreSQL has disconnected')));
      client.on('notification', ({ channel, payload = '' }) => {
        if (channel === this.#channel) this.#receive?.(Buffer.from(payload, 'base64'));
      });
      await client.query(`LISTEN "${this.#channel.replaceAll('"', '""')}"`);
      this.#client = client;
      if (this.#isClosed) this.#release(client);
    } catch (error) {
      this.#connectLater();
      throw error;
    }
  }

  #connectLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // A failed attempt starts the next one.
      this.#connect().catch(() => undefined);
    }, RECONNECT_MS).unref();
  }

  #onLost(client: PostgresClient, error: Error): void {
    if (this.#client !== client) return;
    this.#client = null;
    const lost = this.#waiting;
    this.#waiting = [];
    for (const { reject } of lost) reject(error);
    client.release(error);
    this.#connectLater();
  }

  /** Sends what waits, one query at a time. */
  async #drain(): Promise<void> {
    const client = this.#client;
    if (this.#isBusy || !client) return;
    this.#isBusy = true;
    while (this.#waiting.length > 0 && this.#client === client) {
      const batch = this.#waiting.splice(0, MOST_AT_A_TIME);
      const payloads = batch.map(({ payload }) => payload);
      const timer = setTimeout(() => {
        this.#onLost(client, new Error('PostgreSQL does not answer'));
      }, QUERY_TIMEOUT_MS).unref();
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- a connection has one query at a time
        await client.query(NOTIFY, [this.#channel, payloads]);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      } finally {
        clearTimeout(timer);
      }
    }
    this.#isBusy = false;
    if (this.#isClosed && this.#client) this.#release(this.#client);
    else if (this.#client !== client) void this.#drain();
  }

  #release(client: PostgresClient): void {
    this.#client = null;
    // The connection listens to the channel: it is closed, and not used again.
    client.removeAllListeners('notification');
    client.release(true);
  }
}
