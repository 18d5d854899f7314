/**
 * Converts what an application sends into the texts of packets.
 *
 * @module
 */
import { decode, JSON_TEXT } from '../../protocol/frames.js';
import { encodePacket } from '../../protocol/v1/index.js';
import { NamedEvent } from '../../events/event-channel.js';

/** Begins the text of a message that is JSON of a text. */
const JSON_OF_TEXT = `${JSON_TEXT}"`;

/** One message as one packet, by the rules of `client.send`. */
function toPacket(message: unknown): string {
  if (typeof message === 'string') return message === '' ? '3::' : `3:::${message}`;
  if (message === null || message === undefined) return '3::';
  if (message instanceof NamedEvent) {
    const { name, args = [] } = message;
    return encodePacket({ type: 'event', endpoint: '', name, args });
  }
  if (Object.prototype.toString.call(message) === '[object Object]') {
    return encodePacket({ type: 'json', endpoint: '', data: message });
  }
  // oxlint-disable-next-line typescript/no-base-to-string -- dates and functions too, as 0.6 did
  return toPacket(String(message));
}

/** The packets of what `client.send` accepts: an array is several messages. */
export function toPackets(message: unknown): readonly string[] {
  return Array.isArray(message) ? message.map(toPacket) : [toPacket(message)];
}

/** The packet of the text of a message of 0.6. */
function translateText(text: string, isEvent: boolean): string {
  if (!text.startsWith(JSON_TEXT)) return text === '' ? '3::' : `3:::${text}`;
  // 0.6 sends a text as JSON if it would be misread.
  if (text.startsWith(JSON_OF_TEXT)) return toPacket(JSON.parse(text.slice(JSON_TEXT.length)));
  return `${isEvent ? 5 : 4}:::${text.slice(JSON_TEXT.length)}`;
}

/**
 * The packets of a payload of 0.6: broadcasts are encoded once, and processes of a cluster send
 * each other payloads.
 *
 * @param isEvent true if the payload is a named event
 */
export function translatePayload(payload: string, isEvent: boolean): readonly string[] {
  return decode(payload).map((text) => translateText(text, isEvent));
}
