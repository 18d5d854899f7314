import type { ForwardedOrigin } from '../access/proxy-trust.js';
import { answerRefusal, refusal, type Refusal } from '../access/refusal.js';
import type { Cluster } from '../cluster/cluster.js';
import type { ClusterHost, PeerInfo } from '../cluster/cluster-host.js';
import type { Forwarding, Incoming } from '../forward/forwarding.js';
import type { ResolvedOptions } from '../options.js';

// Loaded with the option `bus` only, because it loads zlib and crypto.
const loadCluster = (): typeof import('../cluster/cluster.js') =>
  require('../cluster/cluster.js') as typeof import('../cluster/cluster.js');
const loadBus = (): typeof import('../cluster/bus.js') =>
  require('../cluster/bus.js') as typeof import('../cluster/bus.js');
const loadForwarding = (): typeof import('../forward/forwarding.js') =>
  require('../forward/forwarding.js') as typeof import('../forward/forwarding.js');

/** The most processes that have left and are remembered. */
const MOST_LEFT = 1000;

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
 * @param onRefused called when a request was refused, because its process is not known yet
 */
export function joinCluster(
  options: ResolvedOptions,
  host: Omit<ClusterHost, 'group' | 'clock' | 'address'>,
  handle: (incoming: Incoming, origin: ForwardedOrigin) => boolean,
  onRefused: (refused: Refusal) => void,
): Joined | null {
  const { bus, busOptions, resource, clock } = options;
  if (bus === undefined) return null;
  let address = '';
  const left = new Set<string>();
  const cluster = new (loadCluster().Cluster)(bus, busOptions, {
    ...host,
    group: resource,
    clock,
    address: () => address,
    emit(event, ...args) {
      const [peer, reason] = args as [PeerInfo?, string?];
      if (event === 'peerDisconnect' && peer && reason === 'goodbye') left.add(peer.node);
      const [oldest] = left;
      if (oldest !== undefined && left.size > MOST_LEFT) left.delete(oldest);
      host.emit(event, ...args);
    },
  });
  // After this time, an engine that does not work is known to be down.
  const settledMs = (busOptions?.timeout ?? loadBus().BUS_DEFAULTS.timeout) / 2;
  let forwarding: Forwarding | null = null;
  if (busOptions?.address) {
    const { Forwarding: Type } = loadForwarding();
    forwarding = new Type(busOptions.address, busOptions.secret ?? '', {
      node: cluster.node,
      addressOf: (node) => cluster.addressOf(node),
      hasLeft: (node) => left.has(node),
      mayMiss: () => !cluster.isUp || cluster.age < settledMs,
      refuse({ request, target }) {
        const refused = refusal('ERR_SIO_UNKNOWN_PROCESS', request);
        answerRefusal(refused, target);
        onRefused(refused);
      },
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
