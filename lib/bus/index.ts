/**
 * `socket.io-node/bus`: buses over message engines, for the option `bus`.
 *
 * @module
 */
export { BusError } from '../cluster/bus-error.js';
export { clusterBus, relay, type ClusterBusOptions } from './cluster-bus.js';
export { redisBus, type RedisBusOptions } from './redis-bus.js';
