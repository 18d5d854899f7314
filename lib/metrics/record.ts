/**
 * Counts the events of sessions, and publishes them. It tests first whether a channel has
 * subscribers, and creates no object for a channel without any.
 *
 * @module
 */
import type { Refusal } from '../access/refusal.js';
import type { ClusterEvents } from '../cluster/cluster-host.js';
import type { Client } from '../session/client.js';
import type { NamedEvent } from '../events/event-channel.js';
import type { Host } from '../session/connection.js';
import type { DisconnectReason } from '../session/state.js';
import { channels, type BusMessage } from './channels.js';

/** A session has begun. */
export function recordOpen(listener: Host, client: Client): void {
  listener._counters.sessionsOpened++;
  if (channels.sessionOpen.hasSubscribers) channels.sessionOpen.publish({ listener, client });
}

/** A session has ended. */
export function recordClose(listener: Host, client: Client, reason: DisconnectReason): void {
  listener._counters.ends[reason]++;
  if (channels.sessionClose.hasSubscribers) {
    channels.sessionClose.publish({ listener, client, reason });
  }
}

/** A message of a client, or a named event, is about to be emitted. */
export function recordReceived(client: RecordedClient, message: unknown): void {
  const { listener } = client;
  listener._counters.messagesIn++;
  if (channels.messageIn.hasSubscribers) {
    channels.messageIn.publish({ listener, client: client as Client, message });
  }
}

/** The application sends a payload with this number of messages to a client. */
export function recordSent(
  client: RecordedClient,
  payload: string | NamedEvent,
  messages: number,
): void {
  const { listener } = client;
  listener._counters.messagesOut += messages;
  if (channels.messageOut.hasSubscribers) {
    channels.messageOut.publish({ listener, client: client as Client, payload, messages });
  }
}

/**
 * The application sends a payload to several clients.
 *
 * @param list returns the clients; it is called only if a channel has subscribers
 */
export function recordSentToAll(
  listener: Host,
  { payload, messages }: SentPayload,
  count: number,
  list: () => Iterable<RecordedClient>,
): void {
  if (!channels.messageOut.hasSubscribers) {
    listener._counters.messagesOut += messages * count;
    return;
  }
  for (const client of list()) recordSent(client, payload, messages);
}

/** A request was refused. */
export function recordRefusal(listener: Host, refusal: Refusal): void {
  listener._counters.refusals[refusal.code]++;
  if (channels.refused.hasSubscribers) channels.refused.publish({ listener, refusal });
}

/** The bus has emitted an event. */
export function recordBus<Event extends keyof ClusterEvents>(
  listener: Host,
  event: Event,
  args: ClusterEvents[Event],
): void {
  if (!channels.bus.hasSubscribers) return;
  channels.bus.publish({ listener, event, args } as BusMessage);
}

/** The part of a shared payload that is needed to record it. */
interface SentPayload {
  readonly payload: string;
  readonly messages: number;
}

/** The part of a client that is needed to record an event. */
interface RecordedClient {
  readonly listener: Host;
}
