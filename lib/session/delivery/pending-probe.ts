import { ControlKind, encodeControl, readControl } from '../../protocol/delivery/control.js';
import { decode } from '../../protocol/frames.js';
import { Timer } from '../../util/timers.js';
import type { Connection } from '../connection.js';
import type { DeliveringClient } from './delivering-client.js';

/** How long the client may take to move to a connection that it has probed, in milliseconds. */
const PROBE_MS = 5000;

const probes = new WeakMap<Connection, PendingProbe>();

/**
 * A connection that a client has opened beside the one that serves its session. It serves the
 * session when the client moves to it; before that, it changes nothing.
 */
export class PendingProbe {
  readonly #session: DeliveringClient;
  readonly #connection: Connection;
  readonly #attempt: number;
  readonly #timer: Timer = new Timer(this);

  private constructor(session: DeliveringClient, connection: Connection, attempt: number) {
    this.#session = session;
    this.#connection = connection;
    this.#attempt = attempt;
  }

  /** Informs the client that the connection works, and waits for the client to move to it. */
  static open(session: DeliveringClient, connection: Connection, attempt: number): void {
    const probe = new PendingProbe(session, connection, attempt);
    probes.set(connection, probe);
    connection.write(encodeControl(ControlKind.PROBE));
    session.listener._timers.set(probe.#timer, PROBE_MS);
  }

  /** The probe of a connection. */
  static of(connection: Connection): PendingProbe | undefined {
    return probes.get(connection);
  }

  /** A payload has arrived on the connection. Returns true: it is never too long. */
  onMessage(payload: string): boolean {
    const [text = ''] = decode(payload, 1);
    const control = readControl(text);
    this.#session.listener._timers.clear(this.#timer);
    probes.delete(this.#connection);
    if (control?.kind === ControlKind.UPGRADE) {
      this.#session._upgrade(this.#connection, this.#attempt, control.n);
    } else {
      this.#connection.close();
    }
    return true;
  }

  /** @internal The client has not moved. */
  onTimeout(): void {
    probes.delete(this.#connection);
    this.#connection.close();
  }
}
