import type { Cluster } from '../cluster/cluster.js';
import type { ClusterHost } from '../cluster/cluster-host.js';
import type { ResolvedOptions } from '../options.js';

// Loaded with the option `bus` only: with it come zlib and crypto.
const loadCluster = (): typeof import('../cluster/cluster.js') =>
  require('../cluster/cluster.js') as typeof import('../cluster/cluster.js');

/** Joins the cluster of the option `bus`; null without it. */
export function joinCluster(
  options: ResolvedOptions,
  host: Omit<ClusterHost, 'group' | 'clock'>,
): Cluster | null {
  const { bus, busOptions, resource, clock } = options;
  if (bus === undefined) return null;
  return new (loadCluster().Cluster)(bus, busOptions, { ...host, group: resource, clock });
}
