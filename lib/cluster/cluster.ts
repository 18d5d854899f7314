/**
 * The clients of all other processes, as one group: what is sent to it is published once, and each
 * process sends it to its own clients.
 *
 * Local clients never wait for the engine: messages are sent to the groups of this process first,
 * and nothing here is awaited. Each process delivers everything from one sender in the order of
 * sending: payloads, changes of rooms, disconnects and queries have one sequence of numbers.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { ClientGroup, Selection } from '../rooms/client-group.js';
import type { RemoteClient } from '../rooms/broadcast-operator.js';
import type { SharedPayload } from '../session/shared-payload.js';
import { createDebug } from '../util/debug.js';
import { resolveBusOptions, type Bus, type BusOptions, type ResolvedBusOptions } from './bus.js';
import { Ask, Delivery, kindOf } from './delivery.js';
import { EnvelopeCodec, type Envelope } from './envelope.js';
import { Health } from './health.js';
import { Outbox } from './outbox.js';
import { BodyReader, BodyWriter, decodePackets, isNumbered, Kind, type Packet } from './packet.js';
import { Peer } from './peer.js';
import type { BusFigures, ClusterHost, PeerInfo } from './cluster-host.js';
import { Questions } from './questions.js';
import { readDescriptions, RemoteProxy } from './remote-client.js';

const debug = createDebug('socket.io:bus');

const NODE_BYTES = 8;
/** The interval of requests for missing packets, in milliseconds. */
const ASK_INTERVAL_MS = 250;
/** The shortest interval of responses to such requests: one response reaches all processes. */
const RESEND_INTERVAL_MS = 200;
/** The most silent processes whose state is kept. */
const MOST_SILENT = 1000;
/** A timer this late means that the process was stopped. */
const STOPPED_MS = 1000;

export class Cluster implements ClientGroup {
  readonly isLocal = false;
  /** The id of this process, random for each start. */
  readonly node: string = randomBytes(NODE_BYTES).toString('hex');
  readonly #bus: Bus;
  readonly #options: ResolvedBusOptions;
  readonly #host: ClusterHost;
  readonly #codec: EnvelopeCodec;
  readonly #outbox: Outbox;
  readonly #health: Health;
  readonly #questions: Questions;
  readonly #delivery: Delivery;
  readonly #peers = new Map<string, Peer>();
  /** Processes that were silent for `timeout`. */
  readonly #silent = new Map<string, Peer>();
  readonly #startedAt: number;
  #hasEcho = false;
  #malformed = 0;
  #lost = 0;
  #nextHeartbeat = 0;
  #lastResend = -Infinity;
  #timer: unknown = null;
  #timerDue = 0;
  #isClosed = false;

  /** @throws {TypeError|RangeError} If the bus or an option is not valid. */
  constructor(bus: Bus, options: BusOptions | undefined, host: ClusterHost) {
    this.#bus = bus;
    this.#options = resolveBusOptions(bus, options);
    this.#host = host;
    this.#codec = new EnvelopeCodec(host.group, this.#options.secret);
    this.#startedAt = host.clock.now();
    this.#questions = new Questions(host.clock);
    this.#delivery = new Delivery(host, this.#options.timeout, (body) =>
      this.#outbox.send(Kind.ANSWER, body),
    );
    this.#health = new Health(this.#options, this.#startedAt, (reason) => this.#onHealth(reason));
    this.#outbox = new Outbox(bus, this.#options, {
      seal: (packets) => this.#codec.seal({ node: this.node, age: this.age, packets }),
      onPublish: (error) => this.#health.onPublish(error, host.clock.now()),
    });
    this.#subscribe();
    this.#outbox.signal(Kind.HELLO);
    this.#nextHeartbeat = this.#startedAt + this.#options.heartbeatInterval;
    this.#schedule();
  }

  /** False while the engine does not work. */
  get isUp(): boolean {
    return this.#health.isUp;
  }

  /** The other processes by their ids. */
  get peers(): ReadonlyMap<string, PeerInfo> {
    return this.#peers;
  }

  get figures(): BusFigures {
    return { malformed: this.#malformed, lost: this.#lost, dropped: this.#outbox.dropped };
  }

  /** Bytes that wait for the engine. */
  get waiting(): number {
    return this.#outbox.waitingBytes;
  }

  send(shared: SharedPayload, selection: Selection): void {
    const { payload } = shared;
    this.#outbox.send(kindOf(shared), new BodyWriter().selection(selection).end(payload));
  }

  /** Sends a packet of protocol 1 to the clients of an endpoint. */
  sendToEndpoint(name: string, packet: string, except: readonly string[]): void {
    const body = new BodyWriter().selection({ rooms: null, except }).list([name]);
    this.#outbox.send(Kind.ENDPOINT, body.end(packet));
  }

  join(selection: Selection, rooms: readonly string[]): void {
    this.#outbox.send(Kind.JOIN, new BodyWriter().selection(selection).list(rooms).end());
  }

  leave(selection: Selection, rooms: readonly string[]): void {
    this.#outbox.send(Kind.LEAVE, new BodyWriter().selection(selection).list(rooms).end());
  }

  disconnect(selection: Selection): void {
    this.#outbox.send(Kind.KICK, new BodyWriter().selection(selection).end());
  }

  async count(selection: Selection, timeoutMs: number): Promise<number> {
    const counts = await this.#ask(Ask.COUNT, selection, timeoutMs);
    return counts.reduce<number>((sum, n) => sum + (typeof n === 'number' ? n : 0), 0);
  }

  async list(selection: Selection, timeoutMs: number): Promise<RemoteClient[]> {
    const lists = await this.#ask(Ask.LIST, selection, timeoutMs);
    return lists.flatMap(readDescriptions).map((one) => new RemoteProxy(one, this));
  }

  /** Leaves: what was sent is handed to the engine, then the subscription ends. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outbox.signal(Kind.GOODBYE);
    this.#outbox.close();
    this.#host.clock.clearTimeout(this.#timer);
    this.#questions.close();
    try {
      settleQuietly(this.#bus.close?.());
    } catch (error) {
      debug('close failed: %s', error);
    }
  }

  /** How long this process has taken part, in milliseconds. */
  get age(): number {
    return this.#host.clock.now() - this.#startedAt;
  }

  #subscribe(): void {
    const fail = (error: unknown): void => {
      debug('subscribe failed: %s', error);
      const { message } = error instanceof Error ? error : { message: String(error) };
      this.#host.emit('busDown', `subscribe failed: ${message}`);
    };
    try {
      const result = this.#bus.subscribe((bytes) => this.#receive(bytes));
      // The answers to the first HELLO may have been missed.
      const onSubscribed = (): void => {
        if (!this.#isClosed) this.#outbox.signal(Kind.HELLO);
      };
      settleQuietly(result, fail, onSubscribed);
    } catch (error) {
      fail(error);
    }
  }

  #ask(what: number, selection: Selection, timeoutMs: number): Promise<readonly unknown[]> {
    return this.#questions.ask([...this.#peers.keys()], timeoutMs, (id) => {
      const body = new BodyWriter().selection(selection).u32(id).u8(what).end();
      this.#outbox.send(Kind.ASK, body);
    });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const envelope = this.#codec.open(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    );
    const isOwn = envelope?.node === this.node;
    const packets = envelope && !isOwn ? decodePackets(envelope.packets) : [];
    if (!envelope || !packets) {
      this.#malformed++;
      return;
    }
    const now = this.#host.clock.now();
    this.#health.onArrival(now);
    if (isOwn) {
      this.#hasEcho = true;
      return;
    }
    const peer = this.#peerOf(envelope, packets, now);
    peer.lastSeen = now;
    for (const packet of packets) {
      try {
        this.#handle(peer, packet, now);
      } catch (error) {
        // Only its bytes can be wrong: the handlers of applications are guarded by their sessions.
        if (!(error instanceof RangeError)) throw error;
        this.#malformed++;
      }
    }
    if (peer.gap) this.#schedule(now);
  }

  #peerOf({ node, age }: Envelope, packets: readonly Packet[], now: number): Peer {
    const known = this.#peers.get(node);
    if (known) return known;
    // A process that was silent for too long continues with its old numbers.
    const peer = this.#silent.get(node) ?? this.#createPeer(node, age, packets, now);
    this.#silent.delete(node);
    this.#peers.set(node, peer);
    this.#host.emit('peerConnect', peer);
    this.#sendHeartbeat();
    return peer;
  }

  /**
   * A process that started after this one: all its packets are delivered here, from the first one.
   * A process that started before: the packets that it sends from now on.
   */
  #createPeer(node: string, age: number, [first]: readonly Packet[], now: number): Peer {
    const isYounger = age <= this.age;
    const next = first === undefined ? 1 : isNumbered(first) ? first.number : first.number + 1;
    return new Peer(node, isYounger ? 1 : next, now, this.#options);
  }

  #handle(peer: Peer, packet: Packet, now: number): void {
    const deliver = (ready: Packet): void => this.#deliver(peer, ready);
    if (isNumbered(packet)) {
      this.#countLost(peer, peer.receive(packet, now, deliver));
      return;
    }
    peer.noteHighest(packet.number, now);
    const body = new BodyReader(packet.body);
    switch (packet.kind) {
      case Kind.HELLO:
        this.#sendHeartbeat();
        break;
      case Kind.HEARTBEAT:
        peer.sessions = body.u32();
        peer.address = body.rest();
        break;
      case Kind.GOODBYE:
        this.#remove(peer, 'goodbye');
        break;
      case Kind.MISSING:
        if (body.bytes(NODE_BYTES).toString('hex') === this.node) {
          this.#resend(body.u48(), body.u48(), now);
        }
        break;
      case Kind.LOST:
        this.#countLost(peer, peer.noteLost({ from: body.u48(), to: body.u48() }, now, deliver));
        break;
      default:
        this.#malformed++;
    }
  }

  #deliver(peer: Peer, packet: Packet): void {
    if (packet.kind !== Kind.ANSWER) {
      this.#delivery.deliver(packet, peer.node);
      return;
    }
    const body = new BodyReader(packet.body);
    if (body.bytes(NODE_BYTES).toString('hex') !== this.node) return;
    this.#questions.onAnswer(peer.node, body.u32(), body.rest());
  }

  #resend(from: number, to: number, now: number): void {
    if (now - this.#lastResend < RESEND_INTERVAL_MS) return;
    this.#lastResend = now;
    this.#outbox.resend({ from, to });
  }

  #countLost(peer: Peer, count: number): void {
    if (count === 0) return;
    this.#lost += count;
    this.#host.emit('busLost', { peer: peer.node, count });
  }

  #remove(peer: Peer, reason: 'goodbye' | 'timeout'): void {
    if (!this.#peers.delete(peer.node)) return;
    if (reason === 'timeout') this.#remember(peer);
    else
      this.#countLost(
        peer,
        peer.giveUp((packet) => this.#deliver(peer, packet)),
      );
    this.#questions.onLeave(peer.node);
    if (this.#peers.size === 0) this.#health.expectSilence(this.#hasEcho);
    this.#host.emit('peerDisconnect', peer, reason);
  }

  /** Keeps what a silent process has sent so far: it may return, and nothing is delivered twice. */
  #remember(peer: Peer): void {
    this.#silent.set(peer.node, peer);
    const [oldest] = this.#silent.keys();
    if (oldest !== undefined && this.#silent.size > MOST_SILENT) this.#silent.delete(oldest);
  }

  /** Reports the number of sessions and the address of this process to the others. */
  announce(): void {
    if (!this.#isClosed) this.#sendHeartbeat();
  }

  /** Where another process takes forwarded requests; undefined if that is not known. */
  addressOf(node: string): string | undefined {
    // The process can be reached even if the engine is down.
    return (this.#peers.get(node) ?? this.#silent.get(node))?.address || undefined;
  }

  #sendHeartbeat(): void {
    const body = new BodyWriter().u32(this.#host.sessionCount()).end(this.#host.address());
    this.#outbox.signal(Kind.HEARTBEAT, body);
  }

  #onHealth(reason: string | null): void {
    if (reason !== null) {
      this.#host.emit('busDown', reason);
      return;
    }
    this.#forgive(this.#host.clock.now());
    this.#host.emit('busUp');
  }

  /** Resets the silence of the others: the engine was down, or this process stopped. */
  #forgive(now: number): void {
    this.#health.forgive(now);
    for (const peer of this.#peers.values()) peer.lastSeen = now;
  }

  /** Sets the timer for the next heartbeat, or for an earlier request of missing packets. */
  #schedule(now: number = this.#host.clock.now()): void {
    const hasGap = [...this.#peers.values()].some(({ gap }) => gap !== null);
    const due = hasGap ? Math.min(now + ASK_INTERVAL_MS, this.#nextHeartbeat) : this.#nextHeartbeat;
    if (this.#timer !== null && this.#timerDue <= due) return;
    if (this.#timer !== null) this.#host.clock.clearTimeout(this.#timer);
    if (hasGap && (this.#timer === null || this.#timerDue > due)) this.#askForGaps();
    this.#timerDue = due;
    this.#timer = this.#host.clock.setTimeout(() => this.#onTimer(), Math.max(0, due - now));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #onTimer(): void {
    this.#timer = null;
    if (this.#isClosed) return;
    const now = this.#host.clock.now();
    if (now - this.#timerDue > STOPPED_MS) this.#forgive(now);
    if (now >= this.#nextHeartbeat) {
      this.#nextHeartbeat = now + this.#options.heartbeatInterval;
      this.#sendHeartbeat();
    }
    this.#health.check(now);
    for (const peer of [...this.#peers.values(), ...this.#silent.values()]) {
      this.#countLost(
        peer,
        peer.expire(now, (packet) => this.#deliver(peer, packet)),
      );
    }
    for (const peer of this.#peers.values()) {
      const silence = now - peer.lastSeen;
      // Without an echo, this could be the end of the engine or of all other processes.
      const isLong = !this.#hasEcho && silence > 2 * this.#options.timeout;
      const isSilent = this.#health.isUp && silence > this.#options.timeout;
      if (isSilent || isLong) this.#remove(peer, 'timeout');
    }
    this.#schedule(now);
  }

  #askForGaps(): void {
    for (const peer of this.#peers.values()) {
      const { gap } = peer;
      if (!gap) continue;
      const body = new BodyWriter().bytes(Buffer.from(peer.node, 'hex'));
      this.#outbox.signal(Kind.MISSING, body.u48(gap.from).u48(gap.to).end());
    }
  }
}

/** A rejection of the engine is reported, and does not end the process. */
function settleQuietly(
  result: unknown,
  onError: (error: unknown) => void = () => undefined,
  onSuccess: () => void = () => undefined,
): void {
  if (typeof result === 'object' && result !== null && 'then' in result) {
    (result as PromiseLike<unknown>).then(onSuccess, onError);
  }
}
