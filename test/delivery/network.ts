/**
 * The network between the client and the server, with everything that may happen on it.
 *
 * It does not depend on the protocol. A request has a kind: a `poll` is answered once, a `stream`
 * and a `socket` bring payloads until they end, a `post` has a body.
 *
 * @module
 */
import type { Chance } from './chance.js';
import type { Scheduler } from './scheduler.js';

/** What can go wrong. A profile gives each fault its probability. */
export const FAULTS = [
  /** A request never arrives. */
  'dropped',
  /** A request arrives much later, or its body after its head. */
  'delayed',
  /** A second copy of a request arrives, perhaps much later. */
  'duplicated',
  /** A proxy sends the request again, and drops the answer to the first one. */
  'resent',
  /** A request is served, but its answer is lost. */
  'unanswered',
  /** A body ends early, and looks whole. */
  'truncated',
  /** A stream or socket breaks. */
  'cut',
  /** A failure is not noticed by the side that should. */
  'unnoticed',
  /** A stream or socket breaks in one direction. */
  'halfDead',
  /** A piece, and all later ones, take seconds. */
  'slow',
] as const;
export type Fault = (typeof FAULTS)[number];

export type Kind = 'poll' | 'stream' | 'socket' | 'post';

/** The client's side of a request. */
export interface Caller {
  /** The request is over; status 0 if it has failed. */
  onEnd(status: number, body: string): void;
  /** A payload of a stream or socket. */
  onPayload(payload: string): void;
}

/** A request on its way. */
export interface Call {
  readonly kind: Kind;
  readonly url: string;
  readonly body: string;
  readonly caller: Caller;
  /** The part of the client that has made it. */
  readonly maker: unknown;
  /** True once the client expects nothing more of it. */
  isOver: boolean;
}

/** The server's side of a poll, stream or socket. */
export interface Line {
  readonly call: Call;
  /** True for a copy that the client has not sent. */
  readonly isCopy: boolean;
  write(payload: string): void;
  close(): void;
  /** Set by the server. */
  onFrame: (payload: string) => void;
  onGone: () => void;
}

/** What a server does with an arriving request. */
export interface Server {
  /** The head of a POST has arrived. Returns what takes its body. */
  post(url: string, reply: (status: number, body: string) => void): (body: string) => void;
  /** A request for a connection: it is refused by `reply`, or accepted by `accept`. */
  open(call: Call, reply: (status: number) => void, accept: () => Line): void;
}

export interface NetworkProfile {
  readonly faults: Partial<Record<Fault, number>>;
  /** The longest time of one way, in milliseconds. */
  readonly trip: number;
  /** The mean life of a stream or socket that is cut. */
  readonly cutAfter: number;
}

const LATEST_MS = 40_000;
const nothing = (): void => undefined;

export class Network {
  readonly counts: Partial<Record<Fault, number>> = {};
  server: Server | null = null;
  /** True when no more faults happen. */
  isHealed = false;
  readonly #lines = new Set<Connection>();

  constructor(
    readonly scheduler: Scheduler,
    readonly chance: Chance,
    readonly profile: NetworkProfile,
  ) {}

  hits(fault: Fault): boolean {
    const probability = this.isHealed ? 0 : (this.profile.faults[fault] ?? 0);
    if (probability === 0 || !this.chance.happens(probability)) return false;
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return true;
  }

  /** The time of one way. */
  trip(): number {
    const { chance, profile } = this;
    return this.hits('slow') ? chance.between(500, 9000) : chance.between(1, profile.trip);
  }

  after(ms: number, run: () => void): void {
    this.scheduler.setTimeout(run, ms);
  }

  request(kind: Kind, url: string, body: string, caller: Caller, maker: unknown): Handle {
    const call: Call = { kind, url, body, caller, maker, isOver: false };
    const handle = new Handle(this, call);
    const { chance } = this;
    if (this.hits('dropped')) this.fail(call);
    else if (this.hits('resent')) {
      const first = this.trip();
      this.after(first, () => this.#arrive(handle, true));
      this.after(first + chance.between(1, 4000), () => this.#arrive(handle, false));
    } else {
      const ms = this.hits('delayed') ? chance.between(1000, LATEST_MS) : this.trip();
      this.after(ms, () => this.#arrive(handle, false));
    }
    if (this.hits('duplicated')) {
      const latest = chance.oneOf([200, 5000, 60_000]);
      this.after(chance.between(1, latest), () => this.#arrive(handle, true));
    }
    return handle;
  }

  /** The client may detect that a request has failed. */
  fail(call: Call): void {
    if (!this.hits('unnoticed')) this.after(this.trip(), () => this.end(call, 0, ''));
  }

  end(call: Call, status: number, body: string): void {
    if (call.isOver) return;
    call.isOver = true;
    call.caller.onEnd(status, body);
  }

  answer(call: Call, status: number, body: string): void {
    if (this.hits('unanswered')) {
      this.fail(call);
      return;
    }
    let received = body;
    if (body !== '' && this.hits('truncated')) {
      if (this.chance.happens(0.5)) {
        this.fail(call);
        return;
      }
      received = body.slice(0, this.chance.below(body.length));
    }
    this.after(this.trip(), () => this.end(call, status, received));
  }

  /** Breaks all streams and sockets: the process of the server has ended. */
  breakAll(): void {
    for (const line of this.#lines) line.cut(true, true);
  }

  #arrive(handle: Handle, isCopy: boolean): void {
    const { call } = handle;
    const { server } = this;
    if (!server) return;
    const reply = (status: number, body = ''): void => {
      if (!isCopy) this.answer(call, status, body);
    };
    if (call.kind !== 'post') {
      server.open(call, reply, () => {
        const line =
          call.kind === 'poll' ? new Poll(this, call, isCopy) : this.#connect(call, isCopy);
        if (!isCopy) handle.line = line;
        if (isCopy || call.isOver) line.clientCloses();
        return line;
      });
      return;
    }
    const take = server.post(call.url, reply);
    const isCut = call.body !== '' && this.hits('truncated');
    const body = isCut ? call.body.slice(0, this.chance.below(call.body.length)) : call.body;
    const ms = this.hits('delayed') ? this.chance.between(500, 10_000) : this.trip();
    this.after(ms, () => take(body));
  }

  #connect(call: Call, isCopy: boolean): Connection {
    const connection = new Connection(this, call, isCopy, () => this.#lines.delete(connection));
    this.#lines.add(connection);
    return connection;
  }
}

/** What the client holds of its request. */
export class Handle {
  line: Poll | Connection | null = null;

  constructor(
    readonly network: Network,
    readonly call: Call,
  ) {}

  send(payload: string): void {
    if (this.line instanceof Connection) this.line.send(payload);
  }

  abort(): void {
    if (this.call.isOver) return;
    this.call.isOver = true;
    this.line?.clientCloses();
  }
}

/** A poll: one answer, if the client still waits for it. */
class Poll implements Line {
  onFrame: (payload: string) => void = nothing;
  onGone: () => void = nothing;
  #isAnswered = false;

  constructor(
    readonly network: Network,
    readonly call: Call,
    readonly isCopy: boolean,
  ) {}

  write(payload: string): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (!this.isCopy) this.network.answer(this.call, 200, payload);
  }

  close(): void {
    this.write('');
  }

  clientCloses(): void {
    const { network } = this;
    if (network.hits('unnoticed')) return;
    // The proxy that made a copy waits for its answer, for some time.
    const ms = this.isCopy ? network.chance.between(1, 20_000) : network.trip();
    network.after(ms, () => {
      if (!this.#isAnswered) this.onGone();
    });
  }
}

/** A stream or a socket: pieces arrive in order, until it breaks. */
class Connection implements Line {
  onFrame: (payload: string) => void = nothing;
  onGone: () => void = nothing;
  #isClosed = false;
  #isDownDead: boolean;
  #isUpDead = false;
  #downAt = 0;
  #upAt = 0;

  constructor(
    readonly network: Network,
    readonly call: Call,
    readonly isCopy: boolean,
    readonly onEnd: () => void,
  ) {
    this.#isDownDead = isCopy;
    if (!network.hits('cut')) return;
    network.after(network.chance.wait(network.profile.cutAfter), () => {
      if (network.isHealed) return;
      const isNoticed = !network.hits('unnoticed');
      const sides = network.chance.oneOf(['client', 'server', 'none']);
      this.cut(isNoticed || sides === 'client', isNoticed || sides === 'server');
    });
  }

  write(payload: string): void {
    if (this.#isClosed || this.isCopy) return;
    this.#down(() => {
      if (!this.call.isOver) this.call.caller.onPayload(payload);
    });
  }

  /** What was written before still arrives. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onEnd();
    this.#down(() => this.network.end(this.call, 0, ''));
  }

  send(payload: string): void {
    this.#up(() => this.onFrame(payload));
  }

  clientCloses(): void {
    if (this.network.hits('unnoticed')) return;
    this.#up(() => {
      this.#isUpDead = true;
      this.onEnd();
      this.onGone();
    });
  }

  cut(clientNotices: boolean, serverNotices: boolean): void {
    const { network } = this;
    if (this.#isDownDead && this.#isUpDead) return;
    if (network.hits('halfDead')) {
      if (network.chance.happens(0.5)) this.#isDownDead = true;
      else this.#isUpDead = true;
      return;
    }
    this.#isDownDead = this.#isUpDead = true;
    this.onEnd();
    if (clientNotices) network.after(network.trip(), () => network.end(this.call, 0, ''));
    if (serverNotices) network.after(network.trip(), () => this.onGone());
  }

  #down(run: () => void): void {
    const { network } = this;
    this.#downAt = Math.max(this.#downAt, network.scheduler.now() + network.trip());
    network.after(this.#downAt - network.scheduler.now(), () => {
      if (!this.#isDownDead) run();
    });
  }

  #up(run: () => void): void {
    const { network } = this;
    this.#upAt = Math.max(this.#upAt, network.scheduler.now() + network.trip());
    network.after(this.#upAt - network.scheduler.now(), () => {
      if (!this.#isUpDead) run();
    });
  }
}
