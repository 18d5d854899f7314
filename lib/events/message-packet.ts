import { encodePacket } from '../protocol/v1/index.js';

/** The fields that request an acknowledgement. */
export interface Wanted {
  readonly id?: string;
  readonly wantsData?: boolean;
}

/** A text as a packet of type 3, every other value as JSON of type 4. */
export function messagePacket(message: unknown, endpoint: string, wanted: Wanted): string {
  return typeof message === 'string'
    ? encodePacket({ type: 'message', endpoint, data: message, ...wanted })
    : encodePacket({ type: 'json', endpoint, data: message, ...wanted });
}
