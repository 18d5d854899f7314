import { framed } from '../../support/payload.js';
import { Peer } from './peer.js';
import { frameOf, opening, postOf } from './requests.js';

const SESSION_ID = /sid\d+z/;
const HEARTBEAT = /~h~\d+/g;

/** A client of 0.6. */
export class Peer06 extends Peer {
  readonly generation = '0.6';
  #lastPost: Buffer | null = null;

  override repeatPost(): void {
    if (this.#lastPost !== null) this.postWire(true).send(this.#lastPost);
  }

  sayGoodbye(): void {
    if (this.sessionId === '') return;
    if (this.isSocket) this.closeSocket();
    else this.postWire().send(postOf(this.kind, this.sessionId, [], 'close'));
  }

  read(): void {
    const { wire, kind, sessionId } = this;
    if (!wire) return;
    if (sessionId === '') this.sessionId = SESSION_ID.exec(wire.text)?.[0] ?? '';
    for (const heartbeat of this.newHeartbeats(HEARTBEAT)) {
      if (this.isSocket) wire.send(frameOf(kind, framed(heartbeat)));
      else this.postWire().send(postOf(kind, this.sessionId, [heartbeat]));
    }
  }

  protected opening(): Buffer {
    return opening(this.kind, this.sessionId);
  }

  protected handshake(): Buffer {
    return opening(this.kind, '');
  }

  protected sendNumbered(texts: readonly string[], isWhole: boolean): void {
    if (this.isSocket) {
      this.sendIn(this.wire, frameOf(this.kind, framed(...texts)), isWhole);
      return;
    }
    this.#lastPost = postOf(this.kind, this.sessionId, texts, `send/n${this.sent}`);
    this.sendIn(this.postWire(), this.#lastPost, isWhole);
  }
}
