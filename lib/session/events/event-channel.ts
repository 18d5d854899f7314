/**
 * Named events on top of a session: what `client.events` is.
 *
 * @module
 */
import { encode } from '../../protocol/frames.js';
import { SharedPayload } from '../shared-payload.js';
import { rethrowAsync } from './emit.js';

/** Answers an event, once. Absent if the client does not want an answer. */
export type Answer = (...values: unknown[]) => void;
/** Handles an event: its arguments, and an {@link Answer} if the client wants one. */
export type EventHandler = (...args: never[]) => void;
/** Handles every event: its name, its arguments, and the answer if one is wanted. */
export type AnyEventHandler = (name: string, args: readonly unknown[], answer?: Answer) => void;

/** An event as a value: what clients of 0.6 get, and what becomes a packet for those of 0.9. */
export class NamedEvent {
  readonly name: string;
  declare readonly args?: readonly unknown[];

  constructor(name: string, args: readonly unknown[]) {
    this.name = name;
    if (args.length > 0) this.args = args;
  }
}

/** The payload of a message, which may be a {@link NamedEvent}. Throws as `encode` does. */
export function toShared(message: unknown): SharedPayload {
  return new SharedPayload(encode(message), message instanceof NamedEvent);
}

/** Sends an event or a message. */
export interface EventSender {
  /**
   * Sends an event.
   *
   * If the last argument is a function, the client is asked for an acknowledgement, and the function
   * is called with what the client answers: once, or never. A function without parameters asks for a
   * receipt only; its client answers without asking its program.
   */
  emit(name: string, ...args: unknown[]): void;
  /** Sends a message: text as it is, every other value as JSON. The callback is that of `emit`. */
  send(message: unknown, callback?: Answer): void;
}

/** How the packets of a channel leave. */
export interface Outlet {
  /** @param callback asks for an acknowledgement; null: none is wanted */
  sendEvent(
    name: string,
    args: readonly unknown[],
    callback: Answer | null,
    isVolatile: boolean,
  ): void;
  sendMessage(message: unknown, callback: Answer | null, isVolatile: boolean): void;
}

class ChannelSender implements EventSender {
  readonly #outlet: Outlet;
  readonly #isVolatile: boolean;

  constructor(outlet: Outlet, isVolatile: boolean) {
    this.#outlet = outlet;
    this.#isVolatile = isVolatile;
  }

  emit(name: string, ...args: unknown[]): void {
    const last = args.at(-1);
    const callback = typeof last === 'function' ? (last as Answer) : null;
    const values = callback ? args.slice(0, -1) : args;
    this.#outlet.sendEvent(name, values, callback, this.#isVolatile);
  }

  send(message: unknown, callback?: Answer): void {
    this.#outlet.sendMessage(message, callback ?? null, this.#isVolatile);
  }
}

/**
 * The named events of a session or of an endpoint. Any text is a name; `disconnect` and `message` do
 * not arrive here, because they are the client's own.
 *
 * @example
 * client.events.on('add', (a, b, answer) => answer(a + b));
 * client.events.emit('ask', 'how are you?', (reply) => console.log(reply));
 */
export class EventChannel implements EventSender {
  /** The same, but what cannot be sent at once is dropped: between polls, or to a slow client. */
  readonly volatile: EventSender;
  readonly #sender: EventSender;
  readonly #handlers = new Map<string, EventHandler[]>();
  #anyHandlers: AnyEventHandler[] = [];

  /** @internal */
  constructor(outlet: Outlet) {
    this.#sender = new ChannelSender(outlet, false);
    this.volatile = new ChannelSender(outlet, true);
  }

  /** Sends an event, see {@link EventSender.emit}. */
  emit(name: string, ...args: unknown[]): this {
    this.#sender.emit(name, ...args);
    return this;
  }

  /** Sends a message, see {@link EventSender.send}. */
  send(message: unknown, callback?: Answer): this {
    this.#sender.send(message, callback);
    return this;
  }

  /**
   * Adds a handler of an event. It gets the arguments of the event, and after them the function that
   * answers it, if the client wants an answer. An exception in a handler surfaces as an
   * `uncaughtException` of the process; other handlers still run.
   */
  on(name: string, handler: EventHandler): this {
    const handlers = this.#handlers.get(name);
    if (handlers) handlers.push(handler);
    else this.#handlers.set(name, [handler]);
    return this;
  }

  /** Adds a handler that is removed when it is called. */
  once(name: string, handler: EventHandler): this {
    const wrapper = (...args: never[]): void => {
      this.off(name, wrapper);
      handler(...args);
    };
    return this.on(name, wrapper);
  }

  /** Removes a handler, or all handlers of an event. A handler of `once` cannot be named. */
  off(name: string, handler?: EventHandler): this {
    const left = handler ? (this.#handlers.get(name) ?? []).filter((one) => one !== handler) : [];
    if (left.length > 0) this.#handlers.set(name, left);
    else this.#handlers.delete(name);
    return this;
  }

  /** Adds a handler of all events, called before those of `on`. */
  onAny(handler: AnyEventHandler): this {
    this.#anyHandlers = [...this.#anyHandlers, handler];
    return this;
  }

  /** Removes a handler of all events. */
  offAny(handler: AnyEventHandler): this {
    this.#anyHandlers = this.#anyHandlers.filter((one) => one !== handler);
    return this;
  }

  /** @internal True if an event has a handler. */
  _handles(name: string): boolean {
    return this.#handlers.has(name) || this.#anyHandlers.length > 0;
  }

  /** @internal An event of the client. */
  _dispatch(name: string, args: readonly unknown[], answer?: Answer): void {
    for (const handler of this.#anyHandlers) call(handler, [name, args, answer]);
    const values = answer ? [...args, answer] : args;
    for (const handler of this.#handlers.get(name)?.slice() ?? []) call(handler, values);
  }
}

function call(handler: EventHandler, args: readonly unknown[]): void {
  try {
    handler(...(args as never[]));
  } catch (error) {
    rethrowAsync(error);
  }
}
