import { NamedEvent } from '../../events/event-channel.js';
import { encode } from '../../protocol/frames.js';
import { SharedPayload } from '../shared-payload.js';

/** The payload of a message, which may be a {@link NamedEvent}. Throws as `encode` does. */
export function toShared(message: unknown, isVolatile = false): SharedPayload {
  const count = Array.isArray(message) ? message.length : 1;
  return new SharedPayload(encode(message), message instanceof NamedEvent, count, isVolatile);
}
