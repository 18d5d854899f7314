/**
 * The packets of protocol 1 (Socket.IO 0.7 to 0.9) as values.
 *
 * @module
 */

/** Most digits in the id of a packet; longer ones make the packet invalid. */
export const MAX_ID_LENGTH = 64;
/** Most UTF-16 code units in the name of an endpoint, a query in it included. */
export const MAX_ENDPOINT_LENGTH = 1024;

/** The reasons of an error packet, by their number on the wire. */
export const ERROR_REASONS = [
  'transport not supported',
  'client not handshaken',
  'unauthorized',
] as const;
/** The advices of an error packet, by their number on the wire. */
export const ERROR_ADVICES = ['reconnect'] as const;

export type ErrorReason = (typeof ERROR_REASONS)[number];
export type ErrorAdvice = (typeof ERROR_ADVICES)[number];

interface Addressed {
  /** The endpoint, `/chat` for example; the empty text is the root. */
  readonly endpoint: string;
}

/** A packet that may request an acknowledgement. */
interface Acknowledgeable extends Addressed {
  /** Digits that the acknowledgement repeats as they are; absent: none is requested. */
  readonly id?: string;
  /** True: the receiver's program answers, with data. False: a receipt is enough. */
  readonly wantsData?: boolean;
}

/** The session ends (root), or the endpoint is left. */
export interface DisconnectPacket extends Addressed {
  readonly type: 'disconnect';
}

/** The session is open (root), or the endpoint is joined. */
export interface ConnectPacket extends Addressed {
  readonly type: 'connect';
  /** What follows the endpoint, `?a=b` for example. */
  readonly query?: string;
}

/** A heartbeat, or its answer. */
export interface HeartbeatPacket {
  readonly type: 'heartbeat';
}

/** A text. */
export interface MessagePacket extends Acknowledgeable {
  readonly type: 'message';
  readonly data: string;
}

/** Any value that JSON has. */
export interface JsonPacket extends Acknowledgeable {
  readonly type: 'json';
  readonly data: unknown;
}

/** A named event with arguments. */
export interface EventPacket extends Acknowledgeable {
  readonly type: 'event';
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The answer to a packet with an id. */
export interface AckPacket extends Addressed {
  readonly type: 'ack';
  /** The id of the packet that is acknowledged. */
  readonly ackId: string;
  readonly args: readonly unknown[];
}

/** An error; only servers send it. */
export interface ErrorPacket extends Addressed {
  readonly type: 'error';
  /** Absent if the number is unknown. */
  readonly reason?: ErrorReason;
  readonly advice?: ErrorAdvice;
}

/** No data: it answers a poll after `pollingDuration`. */
export interface NoopPacket {
  readonly type: 'noop';
}

/** A packet of protocol 1. */
export type Packet =
  | DisconnectPacket
  | ConnectPacket
  | HeartbeatPacket
  | MessagePacket
  | JsonPacket
  | EventPacket
  | AckPacket
  | ErrorPacket
  | NoopPacket;
