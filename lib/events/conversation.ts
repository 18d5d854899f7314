/**
 * One conversation of a session: the root, or an endpoint. Sends packets with its name, numbers
 * those that request an acknowledgement, and reads packets that arrive.
 *
 * @module
 */
import {
  decodePacket,
  encodePacket,
  type AckPacket,
  type EventPacket,
  type JsonPacket,
  type MessagePacket,
} from '../protocol/v1/index.js';
import { EventChannel, type AckCallback, type Answer, type Outlet } from './event-channel.js';
import type { Timers } from '../util/timers.js';
import { PendingAcks } from './acks.js';
import { messagePacket, type Wanted } from './message-packet.js';

/** What a conversation needs of its session. */
export interface PacketWriter {
  readonly sessionId: string;
  readonly listener: { readonly _timers: Timers };
  /** @internal Sends a packet, or queues it. */
  _sendPayload(packet: string): void;
  /** @internal Sends a packet; `messages` is the number of messages of the application in it. */
  _sendMessages(packet: string, messages: number): void;
  /** @internal Sends a packet if it can leave at once; returns false if it was dropped. */
  _sendVolatile(packet: string): boolean;
  /** @internal More is pending than the limits allow. */
  _overflow(): void;
}

/** Receives the content of a packet; `answer` is present if the client requests one. */
export interface Receiver {
  onMessage(message: unknown, answer?: Answer): void;
  onEvent(name: string, args: readonly unknown[], answer?: Answer): void;
}

/** Most acknowledgements that may be pending; above it, the session ends. */
const MAX_PENDING_ACKS = 10_000;

const NOT_WANTED: Wanted = Object.freeze({});

const nothing = (): void => undefined;

/** The id of a packet that requests an acknowledgement. */
function idOf(text: string): string | undefined {
  const packet = decodePacket(text);
  return packet !== null && 'id' in packet ? packet.id : undefined;
}

export class Conversation implements Outlet {
  readonly #session: PacketWriter;
  readonly #endpoint: string;
  #acks: PendingAcks | null = null;
  #events: EventChannel | null = null;
  #isClosed = false;

  constructor(session: PacketWriter, endpoint: string) {
    this.#session = session;
    this.#endpoint = endpoint;
  }

  /** The channel of named events, made when it is first used. */
  get events(): EventChannel {
    return (this.#events ??= new EventChannel(this));
  }

  /** An event for the channel; dropped if the application has never read `events`. */
  dispatch(name: string, args: readonly unknown[], answer?: Answer): void {
    this.#events?._dispatch(name, args, answer);
  }

  sendEvent(
    name: string,
    args: readonly unknown[],
    callback: AckCallback | null,
    isVolatile: boolean,
  ): () => void {
    const wanted = this.#wantedBy(callback);
    const endpoint = this.#endpoint;
    const packet = encodePacket({ type: 'event', endpoint, name, args, ...wanted });
    return this.#send(packet, callback, isVolatile);
  }

  sendMessage(message: unknown, callback: AckCallback | null, isVolatile: boolean): () => void {
    const packet = messagePacket(message, this.#endpoint, this.#wantedBy(callback));
    return this.#send(packet, callback, isVolatile);
  }

  get timers(): Timers {
    return this.#session.listener._timers;
  }

  onAck({ ackId, args }: AckPacket): void {
    this.#acks?.settle(ackId, args);
  }

  /** Ends the conversation: callbacks are dropped, and from now on what is sent is ignored. */
  close(): void {
    this.#isClosed = true;
    this.loseAcks([]);
  }

  /** Begins it again. */
  reopen(): void {
    this.#isClosed = false;
  }

  /** Drops the callbacks of a session that has ended, except those of packets that are queued. */
  loseAcks(queued: readonly string[]): void {
    if (this.#acks === null || this.#acks.size === 0) return;
    this.#acks.lose(new Set(queued.map(idOf)));
  }

  /** Delivers a packet. If it requests a receipt, the receipt is sent first. */
  deliver(packet: MessagePacket | JsonPacket | EventPacket, receiver: Receiver): void {
    const { id, wantsData } = packet;
    if (id !== undefined && !wantsData) this.#acknowledge(id, []);
    const answer = id !== undefined && wantsData ? this.#answerTo(id) : undefined;
    if (packet.type !== 'event') receiver.onMessage(packet.data, answer);
    else if (packet.name === 'message') receiver.onMessage(packet.args[0], answer);
    else if (packet.name !== 'disconnect') receiver.onEvent(packet.name, packet.args, answer);
  }

  /** The number of parameters decides: a receipt or an answer, as in 0.9. */
  #wantedBy(callback: AckCallback | null): Wanted {
    if (callback === null) return NOT_WANTED;
    this.#acks ??= new PendingAcks();
    return { id: this.#acks.nextId, wantsData: callback.length > 0 };
  }

  /** Returns a function that stops waiting for the acknowledgement. */
  #send(packet: string, callback: AckCallback | null, isVolatile: boolean): () => void {
    if (this.#isClosed) {
      callback?.onLost?.();
      return nothing;
    }
    const forget = callback === null ? nothing : this.#expect(callback);
    if (!isVolatile) this.#session._sendMessages(packet, 1);
    else if (!this.#session._sendVolatile(packet)) forget();
    return forget;
  }

  /** Waits for the acknowledgement of the next packet. Above the limit, its callback is dropped. */
  #expect(callback: AckCallback): () => void {
    const acks = (this.#acks ??= new PendingAcks());
    const id = acks.add(callback);
    if (acks.size > MAX_PENDING_ACKS) {
      acks.delete(id);
      callback.onLost?.();
      this.#session._overflow();
    }
    return () => acks.delete(id);
  }

  #answerTo(id: string): Answer {
    let isAnswered = false;
    return (...values) => {
      if (isAnswered) return;
      isAnswered = true;
      this.#acknowledge(id, values);
    };
  }

  #acknowledge(ackId: string, args: readonly unknown[]): void {
    this.#session._sendPayload(
      encodePacket({ type: 'ack', endpoint: this.#endpoint, ackId, args }),
    );
  }
}
