/**
 * Named events for clients of 0.6, whose protocol has none. They are sent as messages with the JSON
 * that 0.9 has in its packets, `{"name":NAME,"args":[…]}`.
 *
 * @module
 */
import type { EventEmitter } from 'node:events';
import type { Timers } from '../../util/timers.js';
import { EventChannel, NamedEvent, type Outlet } from '../../events/event-channel.js';

/** What is needed of a client. */
interface MessageClient extends EventEmitter {
  readonly listener: { readonly _timers: Timers };
  send(message: unknown): unknown;
  _takesVolatile(messages: number): boolean;
}

/** Not a property of clients, so that a client without events needs no memory for it. */
const channels = new WeakMap<object, EventChannel>();

const nothing = (): void => undefined;

function outletOf(client: MessageClient): Outlet {
  const send = (message: unknown, isVolatile: boolean): (() => void) => {
    if (!isVolatile || client._takesVolatile(1)) client.send(message);
    return nothing;
  };
  return {
    timers: client.listener._timers,
    // 0.6 has no acknowledgements: a callback is never called.
    sendEvent: (name, args, _callback, isVolatile) => send(new NamedEvent(name, args), isVolatile),
    sendMessage: (message, _callback, isVolatile) => send(message, isVolatile),
  };
}

/** An event, if a message has the shape of one. */
function eventIn(message: unknown): { name: string; args: readonly unknown[] } | null {
  if (typeof message !== 'object' || message === null) return null;
  const { name, args = [] } = message as { readonly name?: unknown; readonly args?: unknown };
  return typeof name === 'string' && Array.isArray(args) ? { name, args } : null;
}

/** The channel of a client; made at the first call, and from then on fed by its messages. */
export function jsonEventsOf(client: MessageClient): EventChannel {
  let channel = channels.get(client);
  if (!channel) {
    const made = new EventChannel(outletOf(client));
    client.on('message', (message: unknown) => {
      const event = eventIn(message);
      if (event) made._dispatch(event.name, event.args);
    });
    channels.set(client, (channel = made));
  }
  return channel;
}
