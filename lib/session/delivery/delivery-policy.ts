import type { ConnectionType } from '../connection.js';
import type { SessionOptions } from '../timings.js';

/** What the delivering sessions of a Listener have in common. */
export interface DeliveryPolicy {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly window: number;
  /** The timings of a transport of the Listener. */
  timingsOf(type: ConnectionType): Readonly<SessionOptions>;
}
