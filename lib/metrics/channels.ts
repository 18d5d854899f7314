/**
 * The channels of `node:diagnostics_channel`. The code publishes only if a channel has subscribers: a
 * channel without any costs one comparison.
 *
 * @module
 */
import { channel, type Channel } from 'node:diagnostics_channel';
import type { Refusal } from '../access/refusal.js';
import type { ClusterEvents } from '../cluster/cluster-host.js';
import type { Client } from '../session/client.js';
import type { NamedEvent } from '../events/event-channel.js';
import type { Host } from '../session/connection.js';
import type { DisconnectReason } from '../session/state.js';

/** An event of the bus: its name, and the arguments of the event of the Listener. */
export type BusMessage = {
  [Event in keyof ClusterEvents]: {
    readonly listener: Host;
    readonly event: Event;
    readonly args: ClusterEvents[Event];
  };
}[keyof ClusterEvents];

/**
 * The channels of `node:diagnostics_channel`, and what is published on each.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel';
 * subscribe('socket.io-node:refused', (message) => {
 *   const { refusal } = message as DiagnosticsChannels['socket.io-node:refused'];
 *   console.log(refusal.code, refusal.request.socket.remoteAddress);
 * });
 */
export interface DiagnosticsChannels {
  /** A session has begun; before the event `connection`. */
  'socket.io-node:session.open': { readonly listener: Host; readonly client: Client };
  /** A session has ended; before the event `clientDisconnect`. */
  'socket.io-node:session.close': {
    readonly listener: Host;
    readonly client: Client;
    readonly reason: DisconnectReason;
  };
  /**
   * A message of a client has arrived; before the event `message`. A named event is an object with
   * `name` and `args`.
   */
  'socket.io-node:message.in': {
    readonly listener: Host;
    readonly client: Client;
    readonly message: unknown;
  };
  /**
   * The application has sent to a client, once for each client of a broadcast: the payload as it is
   * encoded for the protocol of the client, and how many messages it has. For a bridged client, whose
   * own server encodes it, it is the payload of 0.6, or the named event with `name` and `args`.
   */
  'socket.io-node:message.out': {
    readonly listener: Host;
    readonly client: Client;
    readonly payload: string | NamedEvent;
    readonly messages: number;
  };
  /** A request was refused. */
  'socket.io-node:refused': { readonly listener: Host; readonly refusal: Refusal };
  /** An event of the bus, such as `peerConnect`. */
  'socket.io-node:bus': BusMessage;
}

/** A channel whose messages have a type. */
type TypedChannel<Message> = Omit<Channel, 'publish'> & { publish(message: Message): void };

type Typed<Name extends keyof DiagnosticsChannels> = TypedChannel<DiagnosticsChannels[Name]>;

export const channels: {
  readonly sessionOpen: Typed<'socket.io-node:session.open'>;
  readonly sessionClose: Typed<'socket.io-node:session.close'>;
  readonly messageIn: Typed<'socket.io-node:message.in'>;
  readonly messageOut: Typed<'socket.io-node:message.out'>;
  readonly refused: Typed<'socket.io-node:refused'>;
  readonly bus: Typed<'socket.io-node:bus'>;
} = {
  sessionOpen: channel('socket.io-node:session.open'),
  sessionClose: channel('socket.io-node:session.close'),
  messageIn: channel('socket.io-node:message.in'),
  messageOut: channel('socket.io-node:message.out'),
  refused: channel('socket.io-node:refused'),
  bus: channel('socket.io-node:bus'),
};
