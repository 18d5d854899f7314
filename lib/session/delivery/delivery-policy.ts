import type { ConnectionType, Host } from '../connection.js';
import type { SessionOptions } from '../timings.js';

/** What the delivering sessions of a Listener have in common. */
export interface DeliveryPolicy {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly window: number;
  /** The timings of a transport of the Listener. */
  timingsOf(type: ConnectionType): Readonly<SessionOptions>;
}

const policies = new WeakMap<Host, DeliveryPolicy>();

/** Sets the policy of a Listener, which creates delivering sessions from now on. */
export function setPolicy(listener: Host, policy: DeliveryPolicy): void {
  policies.set(listener, policy);
}

/** The policy of a Listener. It is not a field of each session, which would take memory. */
export function policyOf(listener: Host): DeliveryPolicy {
  return policies.get(listener) as DeliveryPolicy;
}
