import { decodePayload, framePacket } from '../../protocol/v1/payload.js';
import { SendQueue } from '../send-queue.js';

/** A queue that keeps packets apart: as a payload of protocol 1, in which each is framed. */
export class PacketQueue extends SendQueue {
  override push(packet: string): void {
    super.push(framePacket(packet));
  }

  override unshift(packets: readonly string[]): void {
    super.unshift(packets.map(framePacket));
  }

  /** The packets as one payload: a single packet is not framed. */
  override join(): string {
    return this.length === 1 ? (this.packets()[0] ?? '') : super.join();
  }

  packets(): readonly string[] {
    return decodePayload(super.join());
  }
}
