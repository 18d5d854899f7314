/**
 * `socket.io-node/metrics`: the figures of a Listener for monitoring.
 *
 * @module
 */
export { prometheus, PROMETHEUS_CONTENT_TYPE, type StatsSource } from './prometheus.js';
export type { DiagnosticsChannels } from './channels.js';
export type { BusStats, PeerStats, SessionGroup, SessionState, Traffic } from './stats.js';
