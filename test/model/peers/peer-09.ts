import { encodePayload } from '../../../lib/protocol/v1/index.js';
import { HANDSHAKE } from '../../support/frames.js';
import { requestBytes } from '../../support/raw.js';
import { GENERATIONS, type Kind } from './kinds.js';
import { Peer, type Dialer } from './peer.js';
import { connectTo, frameOf } from './requests.js';
import type { Wire } from './wire.js';

const BASE = '/socket.io/1';
const SESSION_ID = /sid\d+z/;
const HEARTBEAT = /(?<!\d)2::/g;
/** A packet that requests an answer, as it is on the wire and within a script. */
const REQUEST = /5:(\d+)\+::/g;

/** The endpoint that the application has declared. */
export const ENDPOINT = '/chat';

/** What a client does with an endpoint, some of which makes no sense. */
const ENDPOINT_PACKETS: readonly string[] = [
  `1::${ENDPOINT}`,
  `1::${ENDPOINT}?a=b`,
  `0::${ENDPOINT}`,
  `3::${ENDPOINT}:plain`,
  `3::${ENDPOINT}:throw`,
  `3:1:${ENDPOINT}:leave`,
  `1::/other`,
];

function postOf({ transport }: Kind, sessionId: string, packets: readonly string[]): Buffer {
  const payload = encodePayload(packets);
  const isForm = transport === 'jsonp-polling';
  return requestBytes(`${BASE}/${transport}/${sessionId}?t=1`, {
    method: 'POST',
    headers: { 'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'text/plain' },
    body: isForm ? `d=${encodeURIComponent(JSON.stringify(payload))}` : payload,
  });
}

/**
 * A client of 0.7 to 0.9. Its POSTs have no numbers, so it does not repeat them: they would be
 * delivered twice.
 */
export class Peer09 extends Peer {
  readonly generation = '0.9';
  readonly #connectsAtOnce: boolean;
  #handshakeWire: Wire | null = null;
  #hasKey3 = true;
  #lastId = 0;
  #requestsAnswered = 0;

  constructor(dialer: Dialer, kind: Kind, echoes: boolean, connectsAtOnce: boolean) {
    super(dialer, kind, echoes);
    this.#connectsAtOnce = connectsAtOnce;
  }

  /** Begins with a handshake; another handshake before its answer takes the place of the first. */
  override open(hasKey3 = true): void {
    if (this.sessionId !== '') {
      super.open(hasKey3);
      return;
    }
    this.#hasKey3 = hasKey3;
    this.#handshakeWire = this.dialer.dial(this);
    this.#handshakeWire.send(this.handshake());
  }

  override handshakes(count: number): void {
    for (let i = 0; i < count; i++) this.wire?.send(this.handshake());
  }

  /** For its own session: it continues on this connection. */
  override upgrade(): void {
    if (this.sessionId === '') return;
    // to an open WebSocket it is a message, or a part of one
    if (this.isSocket) this.isTracked = false;
    const path = `${BASE}/websocket/${this.sessionId}`;
    this.wire?.send(requestBytes(path, { headers: HANDSHAKE }));
  }

  override act(name: string, number: number): void {
    if (this.sessionId === '' || this.unfinished) return;
    if (name === 'endpoint') {
      this.#sendPackets(ENDPOINT_PACKETS[number % ENDPOINT_PACKETS.length] as string);
    } else if (name === 'request') {
      const plus = number % 2 ? '+' : '';
      this.#sendPackets(`5:${++this.#lastId}${plus}::{"name":"ask"}`);
    } else if (name === 'answer') {
      this.#answer(number % 4 === 0);
    } else if (name === 'change') {
      const kinds = GENERATIONS[this.generation];
      this.kind = kinds[number % kinds.length] as Kind;
      this.open();
    }
  }

  sayGoodbye(): void {
    if (this.sessionId === '') return;
    if (this.sent % 2) this.#sendPackets('0::');
    else {
      const path = `${BASE}/${this.kind.transport}/${this.sessionId}/?disconnect=1`;
      this.postWire().send(requestBytes(path));
    }
  }

  read(): void {
    if (this.sessionId === '') {
      this.sessionId = SESSION_ID.exec(this.#handshakeWire?.text ?? '')?.[0] ?? '';
      if (this.sessionId !== '' && this.#connectsAtOnce) this.open(this.#hasKey3);
    }
    // polls have no heartbeats, and the text of one may contain anything
    if (this.kind.family === 'polling') return;
    for (const heartbeat of this.newHeartbeats(HEARTBEAT)) this.#sendPackets(heartbeat);
  }

  protected opening(): Buffer {
    return connectTo(this.kind, `${BASE}/${this.kind.transport}/${this.sessionId}?t=1&i=0`);
  }

  protected handshake(): Buffer {
    return requestBytes(`${BASE}/?t=1`);
  }

  protected sendNumbered(texts: readonly string[], isWhole: boolean): void {
    const packets = texts.map((text) => `3:::${text}`);
    if (!this.isSocket) {
      this.sendIn(this.postWire(), postOf(this.kind, this.sessionId, packets), isWhole);
      return;
    }
    const frames = packets.map((packet) => frameOf(this.kind, packet));
    this.sendIn(this.wire, Buffer.concat(frames), isWhole);
  }

  /** Answers what the application has asked, a second time too. */
  #answer(isAgain: boolean): void {
    const text = this.wires.map((wire) => wire.text).join('');
    const ids = [...text.matchAll(REQUEST)].map(([, id]) => id);
    const at = isAgain ? this.#requestsAnswered - 1 : this.#requestsAnswered++;
    const id = ids[at];
    if (id === undefined) this.#requestsAnswered = ids.length;
    else this.#sendPackets(`6:::${id}+["yes"]`);
  }

  #sendPackets(...packets: readonly string[]): void {
    if (!this.isSocket) this.postWire().send(postOf(this.kind, this.sessionId, packets));
    else for (const packet of packets) this.wire?.send(frameOf(this.kind, packet));
  }
}
