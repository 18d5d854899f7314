import type { RefusalCode } from '../access/refusal.js';
import type { DisconnectReason } from '../session/state.js';

/** All reasons: each is reported from the start, also with the count 0. */
const NO_ENDS: Readonly<Record<DisconnectReason, number>> = Object.freeze({
  'transport close': 0,
  'heartbeat timeout': 0,
  'client close': 0,
  'protocol error': 0,
  'queue overflow': 0,
  'rate limit': 0,
  'server disconnect': 0,
  'server close': 0,
});

/**
 * The counters of one Listener, from its start on.
 *
 * The fields are plain numbers, which the code that sends and receives increments: no object is
 * created and no text is formatted for a message. Figures that can be computed from the sessions
 * are not counted: see collect.ts.
 */
export class Counters {
  sessionsOpened = 0;
  resumes = 0;
  messagesIn = 0;
  messagesOut = 0;
  messagesDropped = 0;
  payloadsIn = 0;
  payloadsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  heartbeatsSent = 0;
  heartbeatsMissed = 0;
  /** Sessions that have ended, by reason. */
  readonly ends: Record<DisconnectReason, number> = { ...NO_ENDS };
  /** Refused requests by code. */
  readonly refusals: Record<RefusalCode, number>;

  /** @param codes the codes that a refusal may have */
  constructor(codes: readonly RefusalCode[]) {
    this.refusals = Object.fromEntries(codes.map((code) => [code, 0])) as Record<
      RefusalCode,
      number
    >;
  }

  /** A transport has received a payload of this size. */
  receive(bytes: number): void {
    this.payloadsIn++;
    this.bytesIn += bytes;
  }

  /** A transport has written payloads of this size together. */
  send(bytes: number, payloads = 1): void {
    this.payloadsOut += payloads;
    this.bytesOut += bytes;
  }
}
