import type { IncomingMessage } from 'node:http';
import { ControlKind, encodeControl } from '../../protocol/delivery/control.js';
import { placeOf } from '../../protocol/delivery/place.js';
import type { Client } from '../client.js';
import type { Connection, Host } from '../connection.js';
import type { SessionOptions } from '../timings.js';
import { DeliveringClient } from './delivering-client.js';
import { type DeliveryPolicy, setPolicy } from './delivery-policy.js';

/** Makes the delivering sessions of a Listener whose option `delivery` is on. */
export class DeliveryService {
  readonly #host: Host;

  constructor(host: Host, policy: DeliveryPolicy) {
    this.#host = host;
    setPolicy(host, policy);
  }

  /** True if a request names a delivering session by its key. */
  hasKey(request: IncomingMessage): boolean {
    return placeOf(request.url ?? '')?.key !== undefined;
  }

  /**
   * Informs a client that its session does not exist. The status is that of a success, because pages
   * cannot read the status of scripts, event streams and upgrades.
   */
  refuse(connection: Connection): void {
    connection.write(encodeControl(ControlKind.UNKNOWN));
    connection.close();
  }

  /** Makes the session of a client that has opted in; returns null for any other client. */
  create(
    sessionId: string,
    connection: Connection,
    timings: Readonly<SessionOptions>,
  ): Client | null {
    const place = placeOf(connection.request.url ?? '');
    if (place === null) return null;
    const { type } = connection;
    return new DeliveringClient(this.#host, sessionId, connection, type, timings, place.attempt);
  }
}
