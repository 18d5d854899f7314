/**
 * Hides requests of ours from the other listeners of an HTTP server.
 *
 * A web framework would answer our polls with 404, another WebSocket server would refuse our
 * upgrades. So each listener of the application that is called after ours is wrapped in a guard,
 * which does not call it for a claimed request. Events are still emitted by the original `emit`, so
 * that tracers, `captureRejections` and `removeListener` work as without this package. Guards are
 * visible in `server.listeners()` only: programs of 2011 take listeners from there and call them.
 *
 * @module
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

type AnyListener = (...args: unknown[]) => unknown;
type Listeners = Readonly<Record<string, AnyListener>>;
type MethodFunction = (event: string, listener: AnyListener) => unknown;
type Method = 'on' | 'addListener' | 'off' | 'removeListener' | 'removeAllListeners' | 'listeners';

const CLAIM = Symbol('claim of socket.io-node');
const INNER = Symbol('guarded listener of socket.io-node');
/** Marks listeners of ours, and guards of such; also those of other copies of this package. */
const OURS = Symbol.for('socket.io-node.listener');

/** `all`: no later listener is called. `older`: those that were added before us are not. */
type Claim = 'all' | 'older';
type Claimed = object & { [CLAIM]?: Claim };
type Guard = AnyListener & { [INNER]?: AnyListener; [OURS]?: true };

/** Claims a request: guarded listeners are not called for it. */
export function claim(request: IncomingMessage, by: Claim = 'all'): void {
  (request as Claimed)[CLAIM] = by;
}

function guard(inner: AnyListener, isOlder: boolean): Guard {
  const guarded: Guard = function (this: unknown, ...args): unknown {
    const by = (args[0] as Claimed | undefined)?.[CLAIM];
    if (by === 'all' || (by === 'older' && isOlder)) return undefined;
    return Reflect.apply(inner, this, args);
  };
  guarded[INNER] = inner;
  if (isOurs(inner)) guarded[OURS] = true;
  return guarded;
}

/** True for a listener of this package, or of another copy of it. */
export function isOurs(listener: unknown): boolean {
  return typeof listener === 'function' && OURS in listener;
}

/** True if `removeListener(listener)` removes `registered`. */
function isMatch(registered: AnyListener, listener: AnyListener): boolean {
  for (let next: Guard | undefined = registered; next; next = next[INNER]) {
    if (next === listener || (next as { listener?: unknown }).listener === listener) return true;
  }
  return false;
}

export class ListenerGuards {
  readonly #server: EventEmitter;
  readonly #ours: Listeners;
  /** Methods that the server itself had, not its class. */
  readonly #own = new Map<Method, MethodFunction>();
  readonly #replaced = new Map<Method, MethodFunction>();
  #isOpen = true;

  /** Puts `ours`, by event, before the listeners of the server, and guards all others. */
  constructor(server: EventEmitter, ours: Readonly<Record<string, (...args: never[]) => void>>) {
    this.#server = server;
    this.#ours = ours as Listeners;
    for (const [event, listener] of Object.entries(this.#ours)) {
      const others = server.rawListeners(event) as AnyListener[];
      for (const other of others) server.removeListener(event, other);
      server.on(event, Object.assign(listener, { [OURS]: true as const }));
      for (const other of others) server.on(event, guard(other, true));
    }
    for (const name of ['on', 'addListener'] as const) {
      this.#replace(name, (event, listener) => this.#call(name, event, guard(listener, false)));
    }
    for (const name of ['off', 'removeListener'] as const) {
      this.#replace(name, (event, listener) =>
        this.#call(name, event, this.#find(event, listener) ?? listener),
      );
    }
    this.#replaceRemoveAll();
  }

  /** Removes our listeners and all guards. */
  close(): void {
    this.#isOpen = false;
    const server = this.#server;
    for (const [name, replaced] of this.#replaced) {
      // Another package has replaced the method again and calls ours, which does nothing from now
      // on.
      if (server[name] !== replaced) continue;
      const own = this.#own.get(name);
      if (own) Object.assign(server, { [name]: own });
      else Reflect.deleteProperty(server, name);
    }
    for (const [event, ours] of Object.entries(this.#ours)) {
      const all = server.rawListeners(event) as Guard[];
      for (const listener of all) server.removeListener(event, listener);
      for (const listener of all) {
        if (listener !== ours) server.on(event, listener[INNER] ?? listener);
      }
    }
  }

  #replace(name: Method, method: MethodFunction): void {
    this.#install(name, (event, listener) =>
      this.#isOpen && Object.hasOwn(this.#ours, event) && typeof listener === 'function'
        ? method(event, listener)
        : this.#call(name, event, listener),
    );
  }

  /**
   * Programs that load their handlers again remove all listeners of an event and add new ones. Our
   * listener is put back: its Listener is not closed. Programs of 2011 read the listeners first, to
   * call them or to add them again in another order; the order is left to these programs.
   */
  #replaceRemoveAll(): void {
    const read = new Set<unknown>();
    this.#install('listeners', (event) => {
      read.add(event);
      return this.#call('listeners', event);
    });
    this.#install('removeAllListeners', (...args) => {
      const [event] = args;
      const result = this.#call('removeAllListeners', ...args);
      const ours = this.#isOpen && Object.hasOwn(this.#ours, event) ? this.#ours[event] : undefined;
      if (ours && !read.delete(event)) this.#call('on', event, ours);
      return result;
    });
  }

  #install(name: Method, replaced: MethodFunction): void {
    const server = this.#server;
    if (Object.hasOwn(server, name)) this.#own.set(name, server[name] as MethodFunction);
    this.#replaced.set(name, replaced);
    Object.defineProperty(server, name, { value: replaced, configurable: true, writable: true });
  }

  /**
   * Calls the method that the server has without this package; it may have been replaced meanwhile.
   */
  #call(name: Method, ...args: readonly unknown[]): unknown {
    const server = this.#server;
    const method =
      this.#own.get(name) ?? (Reflect.get(Object.getPrototypeOf(server), name) as MethodFunction);
    return Reflect.apply(method, server, args);
  }

  /** The latest registered listener that is `listener` or a guard of it. */
  #find(event: string, listener: AnyListener): AnyListener | undefined {
    const all = this.#server.rawListeners(event) as AnyListener[];
    return all.findLast((registered) => isMatch(registered, listener));
  }
}
