/**
 * The emitter of client 0.6: `emit` takes its arguments as an array, and most methods have
 * several names.
 *
 * @module
 */
import { later } from './util.js';

/** A listener; `ref` is set on the wrapper that `once` makes. */
export interface Handler {
  (this: unknown, ...args: never[]): unknown;
  ref?: Handler;
}

/** The listener type of an event in `Events`; the page's own events accept any function. */
export type ListenerOf<Events, Name> = Name extends keyof Events ? Events[Name] : Handler;

/** `on` under its other names. */
export type Listen<Events, Self> = <Name extends string>(
  name: Name,
  fn: ListenerOf<Events, Name>,
) => Self;

function rethrowAsync(error: unknown): void {
  later(() => {
    throw error;
  }, 0);
}

export class Emitter<Events = object> {
  events: Record<string, Handler[]>;

  declare addListener: Listen<Events, this>;
  declare addEvent: Listen<Events, this>;
  declare addEventListener: Listen<Events, this>;
  declare removeListener: Listen<Events, this>;
  declare removeEventListener: Listen<Events, this>;
  declare fire: (name: string, args?: readonly unknown[]) => this;

  constructor() {
    this.events = {};
  }

  /** Calls `fn` whenever `name` is emitted. */
  on<Name extends string>(name: Name, fn: ListenerOf<Events, Name>): this {
    this.events[name] = this._handlers(name).concat(fn as Handler);
    return this;
  }

  /** Calls `fn` the next time `name` is emitted. */
  once<Name extends string>(name: Name, fn: ListenerOf<Events, Name>): this {
    // oxlint-disable-next-line typescript/no-this-alias -- rest arguments would need more than ES3
    const self = this;
    const wrapper: Handler = function () {
      self.removeEvent(name, wrapper as ListenerOf<Events, Name>);
      (fn as Handler).apply(self, arguments as unknown as never[]);
    };
    wrapper.ref = fn as Handler;
    return this.on(name, wrapper as ListenerOf<Events, Name>);
  }

  /**
   * Calls the listeners of `name`.
   *
   * An error that a listener throws is rethrown in a later turn of the event loop, so that the
   * other listeners still run and the rest of a batch of messages is still delivered.
   */
  emit(name: string, args?: readonly unknown[]): this {
    const handlers = this._handlers(name);
    for (let i = 0; i < handlers.length; i++) {
      try {
        handlers[i]!.apply(this, (args || []) as never[]);
      } catch (err) {
        rethrowAsync(err);
      }
    }
    return this;
  }

  /** Removes a listener that `on` or `once` added. */
  removeEvent<Name extends string>(name: Name, fn: ListenerOf<Events, Name>): this {
    const handlers = this._handlers(name);
    const kept: Handler[] = [];
    for (let i = 0; i < handlers.length; i++) {
      const handler = handlers[i]!;
      if (handler !== fn && handler.ref !== fn) kept.push(handler);
    }
    this.events[name] = kept;
    return this;
  }

  /** The listeners of an event. The list is replaced, never mutated, so iteration is safe. */
  _handlers(name: string): Handler[] {
    return this.events[name] || [];
  }
}

const proto = Emitter.prototype;
proto.addListener = proto.addEvent = proto.addEventListener = proto.on;
proto.removeListener = proto.removeEventListener = proto.removeEvent;
proto.fire = proto.emit;
