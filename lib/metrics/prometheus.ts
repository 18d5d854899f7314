import { invalidType } from '../util/invalid-type.js';
import type { ListenerStats } from './stats.js';
import { formatMetrics, type Labels, type Metric } from './text-format.js';

/** A Listener, or another object with these figures. */
export interface StatsSource {
  stats(): ListenerStats;
  readonly options: { readonly resource: string };
}

/** The `Content-Type` of what {@link prometheus} returns. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Sample = readonly [labels: Labels, value: number];
type Read = (stats: ListenerStats) => readonly Sample[];

const one =
  (read: (stats: ListenerStats) => number): Read =>
  (stats) => [[{}, read(stats)]];

const byName =
  (label: string, read: (stats: ListenerStats) => Readonly<Record<string, number>>): Read =>
  (stats) =>
    Object.entries(read(stats)).map(([name, value]) => [{ [label]: name }, value]);

const traffic = (read: (stats: ListenerStats) => { in: number; out: number }): Read =>
  byName('direction', (stats) => {
    const { in: received, out } = read(stats);
    return { in: received, out };
  });

const bus =
  (read: (bus: NonNullable<ListenerStats['bus']>) => readonly Sample[] | number): Read =>
  (stats) => {
    if (stats.bus === null) return [];
    const value = read(stats.bus);
    return typeof value === 'number' ? [[{}, value]] : value;
  };

/** The metrics without their prefix: name, type, help, and how the samples are read. */
const METRICS: readonly (readonly [string, Metric['type'], string, Read])[] = [
  [
    'sessions',
    'gauge',
    'Sessions that have not ended, by generation of the client, transport and state.',
    ({ sessions }) =>
      sessions.groups.map(({ protocol, transport, state, count }) => [
        { protocol, transport, state },
        count,
      ]),
  ],
  [
    'sessions_current',
    'gauge',
    'Sessions that have not ended.',
    one(({ sessions }) => sessions.current),
  ],
  [
    'sessions_delivering',
    'gauge',
    'Sessions with exactly-once delivery.',
    one(({ sessions }) => sessions.delivering),
  ],
  [
    'sessions_opened_total',
    'counter',
    'Sessions that have begun.',
    one(({ sessions }) => sessions.opened),
  ],
  [
    'session_ends_total',
    'counter',
    'Sessions that have ended, by reason.',
    byName('reason', ({ ends }) => ends),
  ],
  [
    'refusals_total',
    'counter',
    'Refused requests by code.',
    byName('code', ({ refusals }) => refusals),
  ],
  [
    'messages_total',
    'counter',
    'Messages and named events of the application, by direction.',
    traffic(({ messages }) => messages),
  ],
  [
    'messages_dropped_total',
    'counter',
    'Volatile messages that were not sent.',
    one(({ messages }) => messages.dropped),
  ],
  [
    'payloads_total',
    'counter',
    'Frames, parts of streams, answers to polls and bodies of POSTs, by direction.',
    traffic(({ payloads }) => payloads),
  ],
  [
    'payload_bytes_total',
    'counter',
    'Their size in bytes, by direction.',
    traffic(({ bytes }) => bytes),
  ],
  [
    'waiting_bytes',
    'gauge',
    'Bytes that wait for clients: in queues, in sockets, in answers that are not read.',
    one(({ bytes }) => bytes.waiting),
  ],
  [
    'handshakes_waiting',
    'gauge',
    'Pending handshakes.',
    one(({ handshakes }) => handshakes.waiting),
  ],
  ['heartbeats_total', 'counter', 'Heartbeats that were sent.', one((s) => s.heartbeats.sent)],
  [
    'heartbeats_missed_total',
    'counter',
    'Connections that were dropped because a heartbeat was not answered.',
    one(({ heartbeats }) => heartbeats.missed),
  ],
  [
    'resumes_total',
    'counter',
    'How often a client has continued its session on another connection, polls excepted.',
    one(({ resumes }) => resumes),
  ],
  ['bus_up', 'gauge', 'Whether the engine of the bus works.', bus(({ isUp }) => (isUp ? 1 : 0))],
  ['bus_peers', 'gauge', 'Other processes on the bus.', bus(({ peers }) => peers.length)],
  [
    'bus_peer_sessions',
    'gauge',
    'Sessions of another process, according to its latest heartbeat.',
    bus(({ peers }) => peers.map(({ node, sessions }) => [{ peer: node }, sessions])),
  ],
  [
    'bus_peer_behind_packets',
    'gauge',
    'Packets that another process has published and that have not been delivered here.',
    bus(({ peers }) => peers.map(({ node, behind }) => [{ peer: node }, behind])),
  ],
  [
    'bus_lag_seconds',
    'gauge',
    'How long the first missing packet of any process has been missing.',
    bus(({ lagMs }) => lagMs / 1000),
  ],
  ['bus_waiting_bytes', 'gauge', 'Bytes that wait for the engine.', bus(({ waiting }) => waiting)],
  [
    'bus_dropped_total',
    'counter',
    'Packets that were not published because too much waited.',
    bus(({ dropped }) => dropped),
  ],
  ['bus_lost_total', 'counter', 'Packets of other processes that are lost.', bus((b) => b.lost)],
  [
    'bus_malformed_total',
    'counter',
    'Messages of the bus that were foreign, of another version, or damaged.',
    bus(({ malformed }) => malformed),
  ],
];

const PREFIX = 'socketio_';

function checkListener(listener: unknown, name: string): void {
  const { stats } = (listener ?? {}) as Partial<StatsSource>;
  if (typeof stats !== 'function') throw invalidType(name, 'a Listener', listener);
}

/**
 * Returns the figures of Listeners in the text format of Prometheus.
 *
 * Each sample has the label `resource`, the option of its Listener. All names begin with `socketio_`.
 *
 * @param listeners one Listener, or all of a process
 * @throws {TypeError} If it is not a Listener.
 * @example
 * http.createServer((request, response) => {
 *   if (request.url !== '/metrics') return response.writeHead(404).end();
 *   response.setHeader('Content-Type', PROMETHEUS_CONTENT_TYPE);
 *   response.end(prometheus(listener));
 * }).listen(9464, '127.0.0.1');
 */
export function prometheus(listeners: StatsSource | readonly StatsSource[]): string {
  const list = Array.isArray(listeners)
    ? (listeners as readonly StatsSource[])
    : [listeners as StatsSource];
  list.forEach((listener, i) =>
    checkListener(listener, Array.isArray(listeners) ? `listeners[${i}]` : 'listener'),
  );
  const all = list.map((listener) => [listener.options.resource, listener.stats()] as const);
  const metrics = METRICS.map(([name, type, help, read]) => {
    const samples = all.flatMap(([resource, stats]) =>
      read(stats).map(([labels, value]): Sample => [{ resource, ...labels }, value]),
    );
    return { name: PREFIX + name, type, help, samples };
  });
  // A metric without samples is omitted, such as those of the bus without the option `bus`.
  return formatMetrics(metrics.filter(({ samples }) => samples.length > 0));
}
