/**
 * The events of an official client: messages, and named events for `client.events`.
 *
 * @module
 */
import { NamedEvent, EventChannel } from '../events/event-channel.js';
import type { Answer, EventHandler, Outlet } from '../events/event-channel.js';
import { isReservedName, toMessage } from './messages.js';
import type { OfficialSocket } from './official.js';

/** The client that gets the events. */
export interface EventTarget {
  readonly connected: boolean;
  /** @param answer present if the client requests an answer, and there is one message */
  _onMessages(messages: readonly unknown[], answer?: Answer): void;
  /** @internal A named event, which is not emitted as a message. */
  _onNamedEvent(event: NamedEvent): void;
  /** @internal True if a handler of messages has a parameter for the answer. */
  readonly _answersMessages: boolean;
}

/** The type of `client.events`. */
class OfficialChannel extends EventChannel {
  readonly #subscribe: (name: string) => void;

  constructor(outlet: Outlet, subscribe: (name: string) => void) {
    super(outlet);
    this.#subscribe = subscribe;
  }

  override on(name: string, handler: EventHandler): this {
    this.#subscribe(name);
    return super.on(name, handler);
  }
}

/**
 * Listens to the events that the client uses, on its current socket. It does not use `onAny`,
 * because the official server calls such listeners before the middleware of the socket.
 */
export class OfficialEvents {
  readonly #target: EventTarget;
  readonly #outlet: Outlet;
  /** The events that cross the bridge. */
  readonly #crossing: ReadonlySet<string>;
  readonly #names: Set<string>;
  #socket: OfficialSocket;
  #channel: EventChannel | null = null;

  constructor(
    target: EventTarget,
    outlet: Outlet,
    crossing: ReadonlySet<string>,
    socket: OfficialSocket,
  ) {
    this.#target = target;
    this.#outlet = outlet;
    this.#crossing = crossing;
    this.#names = new Set(['message', ...crossing]);
    this.#socket = socket;
    this.listen(socket);
  }

  get channel(): EventChannel {
    return (this.#channel ??= new OfficialChannel(this.#outlet, (name) => this.#subscribe(name)));
  }

  /** Listens to another socket from now on. */
  listen(socket: OfficialSocket): void {
    this.#socket = socket;
    for (const name of this.#names) this.#listenFor(name);
  }

  #subscribe(name: string): void {
    if (this.#names.has(name) || isReservedName(name)) return;
    this.#names.add(name);
    this.#listenFor(name);
  }

  #listenFor(name: string): void {
    this.#socket.on(name, (...args) => this.#onEvent(name, args));
  }

  #onEvent(name: string, args: readonly unknown[]): void {
    const last = args.at(-1);
    const answer = typeof last === 'function' ? (last as Answer) : undefined;
    const values = (answer ? args.slice(0, -1) : args).map(toMessage);
    if (name === 'message') {
      this.#target._onMessages(values.length > 0 ? values : [''], answer);
    } else {
      const event = new NamedEvent(name, values);
      if (this.#crossing.has(name)) this.#target._onMessages([event]);
      else this.#target._onNamedEvent(event);
      if (this.#target.connected) this.#channel?._dispatch(name, values, answer);
    }
    // After the handlers: a client with `retries` sends again what is not acknowledged.
    if (answer && !this.#isAnswered(name)) answer();
  }

  /** True if a handler of the application has the answer, and may use it later. */
  #isAnswered(name: string): boolean {
    if (this.#socket.listenerCount(name) > 1) return true;
    return name === 'message'
      ? this.#target._answersMessages
      : this.#channel?._handles(name) === true;
  }
}
