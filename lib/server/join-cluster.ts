import type { ForwardedOrigin } from '../access/proxy-trust.js';
import type { Cluster } from '../cluster/cluster.js';
import type { ClusterHost } from '../cluster/cluster-host.js';
import type { Forwarding, Incoming } from '../forward/forwarding.js';
import type { ResolvedOptions } from '../options.js';

// Loaded with the option `bus` only, because it loads zlib and crypto.
const loadCluster = (): typeof import('../cluster/cluster.js') =>
  require('../cluster/cluster.js') as typeof import('../cluster/cluster.js');
const loadForwarding = (): typeof import('../forward/forwarding.js') =>
  require('../forward/forwarding.js') as typeof import('../forward/forwarding.js');

/** What a Listener with the option `bus` has. */
export interface Joined {
  readonly cluster: Cluster;
  /** Null without `busOptions.address`. */
  readonly forwarding: Forwarding | null;
  close(): void;
}

/**
 * Joins the cluster of the option `bus`; null without it.
 *
 * @param handle handles a request that another process has forwarded
 */
export function joinCluster(
  options: ResolvedOptions,
  host: Omit<ClusterHost, 'group' | 'clock' | 'address'>,
  handle: (incoming: Incoming, origin: ForwardedOrigin) => boolean,
): Joined | null {
  const { bus, busOptions, resource, clock } = options;
  if (bus === undefined) return null;
  let address = '';
  const cluster = new (loadCluster().Cluster)(bus, busOptions, {
    ...host,
    group: resource,
    clock,
    address: () => address,
  });
  let forwarding: Forwarding | null = null;
  if (busOptions?.address) {
    const { Forwarding: Type } = loadForwarding();
    forwarding = new Type(busOptions.address, busOptions.secret ?? '', {
      node: cluster.node,
      addressOf: (node) => cluster.addressOf(node),
      handle,
      onListening(announced) {
        address = announced;
        cluster.announce();
      },
    });
  }
  return {
    cluster,
    forwarding,
    close() {
      cluster.close();
      forwarding?.close();
    },
  };
}
