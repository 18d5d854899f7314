/**
 * Computes what `listener.stats()` returns: copies the counters, and counts the sessions.
 *
 * @module
 */
import type { BusState } from '../cluster/cluster-host.js';
import type { Clock } from '../util/timers.js';
import type { Counters } from './counters.js';
import type { BusStats, ListenerStats, SessionGroup, SessionState } from './stats.js';

/** What is read of a session. */
export interface MeasuredSession {
  readonly transport: string;
  readonly delivery: boolean;
  readonly _protocol: string;
  readonly _open: boolean;
  readonly _isEnding: boolean;
  readonly _waitingBytes: number;
}

/** What is read of a Listener. */
export interface MeasuredListener {
  readonly bus: BusState | null;
  readonly options: { readonly clock: Clock };
  readonly _counters: Counters;
  readonly _limiter: { readonly handshakes: number };
}

type Counts = Record<string, number>;
type MutableGroup = { -readonly [Name in keyof SessionGroup]: SessionGroup[Name] };

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function stateOf({ _open, _isEnding }: MeasuredSession): SessionState {
  if (_open) return 'open';
  return _isEnding ? 'closing' : 'detached';
}

function collectSessions(
  sessions: Iterable<MeasuredSession>,
  opened: number,
): { readonly sessions: ListenerStats['sessions']; readonly waiting: number } {
  const groups = new Map<string, MutableGroup>();
  const byProtocol: Counts = {};
  const byTransport: Counts = {};
  const byState = { open: 0, detached: 0, closing: 0 };
  let current = 0;
  let delivering = 0;
  let waiting = 0;
  for (const session of sessions) {
    const { _protocol: protocol, transport } = session;
    const state = stateOf(session);
    current++;
    waiting += session._waitingBytes;
    if (session.delivery) delivering++;
    count(byProtocol, protocol);
    count(byTransport, transport);
    byState[state]++;
    const key = `${protocol} ${state} ${transport}`;
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { protocol, transport, state, count: 1 });
  }
  return {
    sessions: {
      current,
      opened,
      groups: [...groups.values()],
      byProtocol,
      byTransport,
      byState,
      delivering,
    },
    waiting,
  };
}

function collectBus({ node, isUp, peers, figures, waiting }: BusState, now: number): BusStats {
  const list = [...peers.values()].map((peer) => ({
    node: peer.node,
    sessions: peer.sessions,
    behind: peer.behind,
    lagMs: peer.gapSince === null ? 0 : now - peer.gapSince,
    silentMs: now - peer.lastSeen,
  }));
  const lagMs = Math.max(0, ...list.map((peer) => peer.lagMs));
  return { node, isUp, peers: list, lagMs, waiting, ...figures };
}

/** The figures of a Listener: a copy, which does not change later. */
export function collectStats(
  { bus, options, _counters: counters, _limiter }: MeasuredListener,
  all: Iterable<MeasuredSession>,
): ListenerStats {
  const { sessions, waiting } = collectSessions(all, counters.sessionsOpened);
  return {
    sessions,
    ends: { ...counters.ends },
    refusals: { ...counters.refusals },
    messages: {
      in: counters.messagesIn,
      out: counters.messagesOut,
      dropped: counters.messagesDropped,
    },
    payloads: { in: counters.payloadsIn, out: counters.payloadsOut },
    bytes: { in: counters.bytesIn, out: counters.bytesOut, waiting },
    handshakes: { waiting: _limiter.handshakes },
    heartbeats: { sent: counters.heartbeatsSent, missed: counters.heartbeatsMissed },
    resumes: counters.resumes,
    bus: bus === null ? null : collectBus(bus, options.clock.now()),
  };
}
