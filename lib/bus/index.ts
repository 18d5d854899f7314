/**
 * `socket.io-node/bus`: buses over message engines, for the option `bus`.
 *
 * @module
 */
export { BusError } from '../cluster/bus-error.js';
export { adapterBus, type AdapterBusOptions } from './adapter-bus.js';
export { clusterBus, relay, type ClusterBusOptions } from './cluster-bus.js';
export { natsBus, type NatsBusOptions } from './nats-bus.js';
export { postgresBus, type PostgresBusOptions } from './postgres-bus.js';
export { redisBus, type RedisBusOptions } from './redis-bus.js';
