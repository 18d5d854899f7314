/**
 * Counts what happens to sessions and publishes it. `node:diagnostics_channel` is asked first whether
 * a channel has subscribers: nothing is made for one that has none.
 *
 * @module
 */
import type { Refusal } from '../access/refusal.js';
import type { ClusterEvents } from '../cluster/cluster-host.js';
import type { Client } from '../session/client.js';
import type { NamedEvent } from '../session/events/event-channel.js';
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

/** The application sends to a client a payload of so many messages. */
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

/** A client, or the part of it that is known where something is recorded. */
interface RecordedClient {
  readonly listener: Host;
}
