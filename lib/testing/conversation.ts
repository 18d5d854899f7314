import { Inbox } from './inbox.js';
import type { Network } from './memory/network.js';
import type { Incoming, Outgoing } from './generation.js';
import { TestError } from './test-error.js';

/** A named event from the server. */
export interface TestEvent {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Answers the event; present if the server requested an answer with data. */
  readonly answer?: (...values: unknown[]) => Promise<void>;
}

/** The parts of a client that a conversation uses. */
export interface Outlet {
  readonly network: Network;
  readonly timeout: number;
  /** True if its clients have acknowledgements. */
  readonly hasAcks: boolean;
  send(outgoing: Outgoing): Promise<void>;
  sendAck(endpoint: string, id: string, values: readonly unknown[]): Promise<void>;
  /** Calls `callback` with the answer to the packet that has the returned id. */
  awaitAck(callback: (...values: unknown[]) => void): string;
}

/** Messages and events of one endpoint; a {@link TestClient} is the conversation at the root. */
export class TestConversation {
  /** The name of the endpoint, `/chat` for example; the empty text is the root. */
  readonly endpoint: string;
  readonly #outlet: Outlet;
  readonly #messages: Inbox<unknown>;
  readonly #events: Inbox<TestEvent>;

  /** @internal */
  constructor(outlet: Outlet, endpoint: string) {
    this.endpoint = endpoint;
    this.#outlet = outlet;
    this.#messages = new Inbox('a message', outlet.network, outlet.timeout);
    this.#events = new Inbox('an event', outlet.network, outlet.timeout);
  }

  /** All messages that have arrived, in order. Events are not among them. */
  get messages(): readonly unknown[] {
    return this.#messages.all;
  }

  /** All named events that have arrived, in order. */
  get events(): readonly TestEvent[] {
    return this.#events.all;
  }

  /**
   * Takes the next message, or waits for it: a text, or the value of JSON.
   *
   * @throws {TestError} `ERR_SIO_TEST_TIMEOUT` if none arrives within `timeout`,
   *   `ERR_SIO_TEST_ENDED` if the session ends before.
   * @example assert.deepEqual(await client.message(), { welcome: 'Ada' });
   */
  message(): Promise<unknown> {
    return this.#messages.next();
  }

  /**
   * Takes the next named event, or waits for it; see `client.events` of the server.
   *
   * @throws {TestError} As {@link message} does.
   */
  event(): Promise<TestEvent> {
    return this.#events.next();
  }

  /**
   * Sends messages in one payload: texts as they are, other values as JSON. Resolves when the server
   * has received them, and everything that it sends at once has arrived at all test clients.
   *
   * @throws {TestError} `ERR_SIO_TEST_ENDED` if there is no connection; `ERR_SIO_TEST_REFUSED` if
   *   the server refuses the POST.
   */
  send(...messages: readonly unknown[]): Promise<void> {
    return this.#outlet.send({ endpoint: this.endpoint, values: messages });
  }

  /**
   * Sends a named event. If the last argument is a function, an answer of the server is requested,
   * and the function is called with it. Clients of 0.6 cannot request answers.
   *
   * @throws {TestError} As {@link send} does.
   * @throws {TypeError} If a client of 0.6 requests an answer.
   */
  async emit(name: string, ...args: readonly unknown[]): Promise<void> {
    const last = args.at(-1);
    const { endpoint } = this;
    if (typeof last !== 'function') {
      await this.#outlet.send({ endpoint, name, values: args });
      return;
    }
    if (!this.#outlet.hasAcks) throw new TypeError('Clients of 0.6 have no acknowledgements');
    const id = this.#outlet.awaitAck(last as (...values: unknown[]) => void);
    await this.#outlet.send({ endpoint, name, values: args.slice(0, -1), id });
  }

  /** @internal */
  _receive(incoming: Incoming & { readonly type: 'message' | 'event' }): void {
    const { ack } = incoming;
    const respond = async (...values: unknown[]): Promise<void> => {
      if (ack) await this.#outlet.sendAck(this.endpoint, ack.id, values);
    };
    // A client of 0.9 sends the receipt by itself. The session may end meanwhile.
    if (ack && !ack.wantsData) respond().catch(() => undefined);
    if (incoming.type === 'message') {
      this.#messages.push(incoming.value);
      return;
    }
    const { name, args } = incoming;
    this.#events.push({ name, args, ...(ack?.wantsData && { answer: respond }) });
  }

  /** @internal */
  _end(reason: string): void {
    const error = new TestError('ERR_SIO_TEST_ENDED', reason);
    this.#messages.fail(error);
    this.#events.fail(error);
  }

  /** @internal */
  _recover(): void {
    this.#messages.recover();
    this.#events.recover();
  }
}
