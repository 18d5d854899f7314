/**
 * The program of the model: its handlers execute what the messages of clients contain.
 *
 * @module
 */
import type { Client, EndpointClient, Listener } from '../../lib/index.js';
import { ENDPOINT } from './peers/index.js';
import type { World } from './world.js';

/** Thrown by handlers of the model; it has to surface, and is not a violation. */
export class PlannedError extends Error {
  override readonly name = 'PlannedError';
}

/** A client in an endpoint, and how often the program was informed of its end. */
export interface Membership {
  readonly member: EndpointClient;
  disconnects: number;
}

/** A request of the application for an answer, and how often it was called back. */
export interface Question {
  readonly isTimed: boolean;
  calls: number;
}

const TOKEN = /^#(\d+);/;
const ANSWER_MS = 5000;

export class Application {
  readonly memberships: Membership[] = [];
  readonly questions: Question[] = [];
  /** Functions of the package that wait to be called: verdicts and answers. */
  readonly pending: ((isAllowed: boolean) => void)[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Adds its handlers. */
  serve(io: Listener, decidesLater: boolean): void {
    io.on('connection', (client) => this.#onConnection(client));
    io.on('clientDisconnect', ({ sessionId }) => {
      const account = this.#world.accounts.get(sessionId);
      if (account) account.clientDisconnects++;
    });
    const later = (): Promise<boolean> =>
      new Promise((resolve) => {
        this.pending.push(resolve);
      });
    const endpoint = io.of(ENDPOINT, decidesLater ? { authorize: later } : {});
    endpoint.on('connection', (member) => this.#onMember(member));
  }

  /** Asks a client for an answer, which may arrive late or never. */
  ask(client: Client, isTimed: boolean): void {
    const question: Question = { isTimed, calls: 0 };
    this.questions.push(question);
    // with a parameter, so that an answer is requested
    const onAnswer = (_error: unknown): void => {
      question.calls++;
    };
    const { events } = client;
    (isTimed ? events.timeout(ANSWER_MS) : events).emit('ask', onAnswer);
  }

  #onConnection(client: Client): void {
    const account = this.#world.openAccount(client);
    client.on('disconnect', () => {
      account.disconnects++;
      client.broadcast('one left');
    });
    client.on('lost', (messages) => {
      for (const message of messages) {
        const [, token] = TOKEN.exec(String(message)) ?? [];
        if (token !== undefined) account.lost.push(Number(token));
      }
    });
    client.on('message', (message) => this.#onMessage(client, String(message)));
    if (this.#world.setting.generation !== '0.9') return;
    client.events.on('ask', (answer?: unknown) => {
      if (typeof answer !== 'function') return;
      this.pending.push((isAllowed) => {
        Reflect.apply(answer, undefined, [isAllowed]);
        if (!isAllowed) Reflect.apply(answer, undefined, ['again']);
      });
    });
  }

  #onMessage(client: Client, message: string): void {
    const [, number, command] = /^u(\d+):(\w+)$/.exec(message) ?? [];
    const account = this.#world.accounts.get(client.sessionId);
    account?.received.push(Number(number));
    if (command === 'echo') this.#world.sendToken(client);
    else if (command === 'broadcast') this.#world.broadcastToken(client);
    else if (command === 'leave') client.disconnect();
    else if (command === 'drop') {
      this.#world.excuse(account);
      client.connection.end();
      if (account && !client.transport.endsWith('socket')) account.kickedFrom = client._socket;
    } else if (command === 'throw') throw new PlannedError('planned');
  }

  #onMember(member: EndpointClient): void {
    const membership: Membership = { member, disconnects: 0 };
    this.memberships.push(membership);
    member.on('disconnect', () => {
      membership.disconnects++;
      member.broadcast('one left');
    });
    member.on('message', (message) => {
      if (message === 'throw') throw new PlannedError('planned');
      else if (message === 'leave') member.disconnect();
      else member.endpoint.broadcast(message);
    });
  }
}
