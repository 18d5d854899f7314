/**
 * Payloads of protocol 1: what the body of a poll, a POST or a script of htmlfile contains.
 *
 * A single packet is not framed. Several are each framed as `�LENGTH�PACKET`, where `�` is U+FFFD
 * and LENGTH counts UTF-16 code units.
 *
 * @module
 */

const MARK = '\ufffd';
const MARK_CODE = 0xfffd;

/** Frames the text of one packet of several. */
export function framePacket(packet: string): string {
  return MARK + packet.length + MARK + packet;
}

/**
 * Joins the texts of packets into a payload.
 *
 * @example encodePayload(['2::']) // '2::'
 * @example encodePayload(['3:::a', '2::']) // '�5�3:::a�3�2::'
 */
export function encodePayload(packets: readonly string[]): string {
  if (packets.length === 1) return packets[0] as string;
  let payload = '';
  for (const packet of packets) payload += framePacket(packet);
  return payload;
}

/**
 * Splits a payload into the texts of its packets.
 *
 * A payload that does not begin with U+FFFD is one packet, an empty one holds none. Stops silently
 * at the first part that is not a whole framed packet. The packets before it are returned, the rest
 * is dropped. Never throws; the time taken is linear in the length of the payload.
 *
 * @param limit the most packets to take; one more than that stops the scan, so that a caller who
 *   passes `max + 1` can distinguish "too many" from "as many as allowed".
 * @example decodePayload('�5�3:::a�3�2::') // ['3:::a', '2::']
 */
export function decodePayload(payload: string, limit: number = Infinity): string[] {
  const end = payload.length;
  if (end === 0 || limit <= 0) return [];
  if (payload.charCodeAt(0) !== MARK_CODE) return [payload];
  const packets: string[] = [];
  let at = 0;
  while (at < end && packets.length < limit && payload.charCodeAt(at) === MARK_CODE) {
    const digitsAt = at + 1;
    let start = digitsAt;
    let length = 0;
    for (; start < end; start++) {
      const digit = payload.charCodeAt(start) - 0x30;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    if (start === digitsAt || start >= end || payload.charCodeAt(start) !== MARK_CODE) break;
    at = start + 1 + length;
    if (at > end) break;
    packets.push(payload.slice(start + 1, at));
  }
  return packets;
}
