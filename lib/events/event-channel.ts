/**
 * Named events of a session: the type of `client.events`.
 *
 * @module
 */
import { Timer, type Timers } from '../util/timers.js';
import { rethrowAsync } from './emit.js';

/** Answers an event, once. Absent if the client does not request an answer. */
export type Answer = (...values: unknown[]) => void;
/** The callback of an acknowledgement. */
export interface AckCallback extends Answer {
  /** Called if the acknowledgement can no longer arrive, because the session has ended. */
  onLost?(): void;
}

/** The timers of Node have 31 bits. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Handles an event: its arguments, and an {@link Answer} if the client requests one. */
export type EventHandler = (...args: never[]) => void;
/** Handles every event: its name, its arguments, and the answer if one is requested. */
export type AnyEventHandler = (name: string, args: readonly unknown[], answer?: Answer) => void;

/** The events that a client sends, by name, if their types are not known. */
export type AnyIncoming = Record<string, EventHandler>;
/** The events that a client is sent, by name, if their types are not known. */
export type AnyOutgoing = Record<string, (...args: unknown[]) => void>;
/** The arguments of an event. */
export type ArgumentsOf<Event> = Event extends (...args: infer Args) => void ? Args : never;

/** An event as a value: what clients of 0.6 get, and what becomes a packet for those of 0.9. */
export class NamedEvent {
  readonly name: string;
  declare readonly args?: readonly unknown[];

  constructor(name: string, args: readonly unknown[]) {
    this.name = name;
    if (args.length > 0) this.args = args;
  }
}

/**
 * Sends an event or a message. `Out` has the events by name, each as the function that the client
 * handles it with.
 */
export interface EventSender<Out extends object = AnyOutgoing> {
  /**
   * Sends an event.
   *
   * If the last argument is a function, an acknowledgement is requested, and the function is called
   * with the answer of the client: once, or never. A function without parameters requests a receipt
   * only, which the client sends by itself, without its program. At the end of the session,
   * functions that wait are dropped; those of {@link EventChannel.timeout} are called with an error.
   */
  emit<Name extends keyof Out & string>(name: Name, ...args: ArgumentsOf<Out[Name]>): void;
  /** Sends a message: text as it is, every other value as JSON. The callback is that of `emit`. */
  send(message: unknown, callback?: Answer): void;
}

/** How the packets of a channel leave. */
export interface Outlet {
  readonly timers: Timers;
  /**
   * @param callback called with the acknowledgement; null: none is requested
   * @returns stops waiting for the acknowledgement
   */
  sendEvent(
    name: string,
    args: readonly unknown[],
    callback: AckCallback | null,
    isVolatile: boolean,
  ): () => void;
  sendMessage(message: unknown, callback: AckCallback | null, isVolatile: boolean): () => void;
}

/**
 * Calls a callback with an error if the acknowledgement does not arrive in time or is lost, otherwise
 * with null.
 */
class TimedCallback {
  readonly callback: AckCallback;
  readonly #timers: Timers;
  readonly #timer: Timer = new Timer(this);
  readonly #delay: number;
  readonly #handler: Answer;
  #forget: (() => void) | null = null;
  #isOver = false;

  constructor(timers: Timers, delay: number, handler: Answer) {
    this.#timers = timers;
    this.#delay = delay;
    this.#handler = handler;
    // It has a parameter, so that an answer of the program is requested, not only a receipt.
    const callback = (first: unknown, ...more: unknown[]): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      timers.clear(this.#timer);
      handler(null, first, ...more);
    };
    this.callback = Object.assign(callback, { onLost: () => this.#onLost() });
  }

  start(forget: () => void): void {
    this.#forget = forget;
    this.#timers.set(this.#timer, this.#delay);
  }

  onTimeout(): void {
    this.#forget?.();
    this.#fail(`No answer within ${this.#delay} ms`);
  }

  /** Not called at once: the session is about to emit `disconnect`, or `emit` has not returned. */
  #onLost(): void {
    process.nextTick(() => {
      this.#timers.clear(this.#timer);
      if (!this.#isOver) this.#fail('The session ended before an answer');
    });
  }

  #fail(message: string): void {
    this.#isOver = true;
    call(this.#handler, [Object.assign(new Error(message), { code: 'ERR_SIO_NO_ANSWER' })]);
  }
}

class ChannelSender implements EventSender {
  readonly #outlet: Outlet;
  readonly #isVolatile: boolean;
  readonly #timeout: number | null;

  constructor(outlet: Outlet, isVolatile: boolean, timeout: number | null = null) {
    this.#outlet = outlet;
    this.#isVolatile = isVolatile;
    this.#timeout = timeout;
  }

  emit(name: string, ...args: unknown[]): void {
    const last = args.at(-1);
    const callback = typeof last === 'function' ? (last as Answer) : null;
    const values = callback ? args.slice(0, -1) : args;
    this.#send(callback, (wanted) =>
      this.#outlet.sendEvent(name, values, wanted, this.#isVolatile),
    );
  }

  send(message: unknown, callback?: Answer): void {
    this.#send(callback ?? null, (wanted) =>
      this.#outlet.sendMessage(message, wanted, this.#isVolatile),
    );
  }

  #send(callback: Answer | null, send: (wanted: AckCallback | null) => () => void): void {
    if (callback === null || this.#timeout === null) {
      send(callback);
      return;
    }
    const timed = new TimedCallback(this.#outlet.timers, this.#timeout, callback);
    timed.start(send(timed.callback));
  }
}

/**
 * The named events of a session or of an endpoint. Any text is a name; `disconnect` and `message`
 * are not emitted here, because they are events of the client itself.
 *
 * @example
 * client.events.on('add', (a, b, answer) => answer(a + b));
 * client.events.emit('ask', 'how are you?', (reply) => console.log(reply));
 */
export class EventChannel<
  In extends object = AnyIncoming,
  Out extends object = AnyOutgoing,
> implements EventSender<Out> {
  /** The same, but messages are dropped if they would have to wait; see `client.volatile`. */
  readonly volatile: EventSender<Out>;
  readonly #outlet: Outlet;
  readonly #sender: ChannelSender;
  readonly #handlers = new Map<string, EventHandler[]>();
  #anyHandlers: AnyEventHandler[] = [];

  /** @internal */
  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    this.#sender = new ChannelSender(outlet, false);
    this.volatile = new ChannelSender(outlet, true);
  }

  /**
   * The same, but callbacks wait no longer than `ms` milliseconds: they are called with an error
   * (`ERR_SIO_NO_ANSWER`) then, or when the session ends; otherwise with null, and after it the
   * answer.
   *
   * @throws {RangeError} If `ms` is not from 0 to 2147483647.
   * @example client.events.timeout(5000).emit('ask', (error, reply) => console.log(error ?? reply));
   */
  timeout(ms: number): EventSender<Out> {
    if (!(ms >= 0 && ms <= LONGEST_TIMEOUT_MS)) {
      throw new RangeError(`Expected \`timeout\` to be from 0 to ${LONGEST_TIMEOUT_MS}, got ${ms}`);
    }
    return new ChannelSender(this.#outlet, false, ms);
  }

  /** Sends an event, see {@link EventSender.emit}. */
  emit<Name extends keyof Out & string>(name: Name, ...args: ArgumentsOf<Out[Name]>): this {
    this.#sender.emit(name, ...(args as unknown[]));
    return this;
  }

  /** Sends a message, see {@link EventSender.send}. */
  send(message: unknown, callback?: Answer): this {
    this.#sender.send(message, callback);
    return this;
  }

  /**
   * Adds a handler of an event. It gets the arguments of the event, and after them the function that
   * answers it, if the client requests an answer. An exception in a handler is emitted as an
   * `uncaughtException` of the process; other handlers still run.
   */
  on<Name extends keyof In & string>(name: Name, handler: In[Name] & EventHandler): this {
    return this.#add(name, handler);
  }

  /** Adds a handler that is removed when it is called. */
  once<Name extends keyof In & string>(name: Name, handler: In[Name] & EventHandler): this {
    const wrapper = (...args: never[]): void => {
      this.off(name, wrapper);
      handler(...args);
    };
    return this.#add(name, wrapper);
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

  #add(name: string, handler: EventHandler): this {
    const handlers = this.#handlers.get(name);
    if (handlers) handlers.push(handler);
    else this.#handlers.set(name, [handler]);
    return this;
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
