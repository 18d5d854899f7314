/**
 * Splits queued messages into payloads that the server accepts.
 *
 * @module
 */

/** The most in one payload. */
export interface PayloadLimits {
  messages: number;
  /** Bytes on the wire. */
  bytes: number;
}

/** One payload. */
export interface PayloadBatch {
  readonly payload: string;
  /** How many messages it contains. */
  readonly count: number;
  /** Its length on the wire, in bytes. */
  readonly bytes: number;
}

/** An array or a queue. */
export interface MessageList {
  readonly length: number;
  at(index: number): unknown;
}

/**
 * Encodes as many messages as fit into one payload, at least one. Each message is encoded once, and
 * the first that does not fit once more with the next payload.
 *
 * @param from the index of the first message
 * @param encode encodes one message
 * @param sizeOf the length of encoded messages on the wire, in bytes
 */
export function encodeBatch(
  messages: MessageList,
  from: number,
  limits: Readonly<PayloadLimits>,
  encode: (message: unknown) => string,
  sizeOf: (frames: string) => number,
): PayloadBatch {
  let payload = '';
  let bytes = 0;
  let count = 0;
  for (let at = from; at < messages.length && count < limits.messages; at++) {
    const frames = encode(messages.at(at));
    const size = sizeOf(frames);
    if (count > 0 && bytes + size > limits.bytes) break;
    payload += frames;
    bytes += size;
    count++;
  }
  return { payload, count, bytes };
}

/** Adds a message, or each message of an array, in time that does not depend on `list`. */
export function append(list: { push(message: unknown): unknown }, data: unknown): void {
  if (!Array.isArray(data)) list.push(data);
  else for (const message of data as unknown[]) list.push(message);
}

/** Halves what is sent in one payload after the server has refused `batch`. */
export function reduceLimits(limits: PayloadLimits, batch: PayloadBatch): void {
  limits.messages = Math.max(1, Math.ceil(batch.count / 2));
  limits.bytes = Math.max(1, Math.ceil(batch.bytes / 2));
}
