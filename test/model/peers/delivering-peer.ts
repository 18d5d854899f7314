import { ControlKind, controlText, readControl } from '../../../lib/protocol/delivery/control.js';
import { framed } from '../../support/payload.js';
import { requestBytes } from '../../support/raw.js';
import { DeliveredText } from './delivered-text.js';
import { PROBED } from './kinds.js';
import { Peer } from './peer.js';
import { connectTo, frameOf, opening } from './requests.js';
import type { Wire } from './wire.js';

const SESSION_ID = /^sid\d+z$/;
const TOKEN = /^#(\d+);/;
const HEARTBEAT = /^~h~\d+$/;

/**
 * A client of 0.6 with delivery. It counts and repeats as the protocol requires; when it connects,
 * polls, acknowledges, probes and disconnects depends on the steps.
 */
export class DeliveringPeer extends Peer {
  readonly generation = 'delivery';
  /** The messages that its application was given, of which the server has sent tokens. */
  readonly delivered: number[] = [];
  /** What the server has done that the protocol does not allow. */
  fault: string | null = null;
  /** How many of its messages the server has acknowledged. */
  acked = 0;
  #attempt = 0;
  #key = '';
  /** Messages that its application was given. */
  #received = 0;
  /** All messages to the server. */
  readonly #texts: string[] = [];
  /** The connections of the current attempt; those before it are not read any more. */
  #streams: DeliveredText[] = [];
  /** A connection that it has opened beside the current one, and whether it moves there. */
  #probe: { readonly stream: DeliveredText; readonly moves: boolean } | null = null;
  /** The polls of the current attempt began with this connection. */
  #isPolling = false;
  #lastPost: Buffer | null = null;

  /** True if the server has begun the current connection, so that the client may send. */
  get isReady(): boolean {
    return this.#streams.at(-1)?.next !== null;
  }

  override open(hasKey3 = true): void {
    this.#attempt++;
    this.#streams = [];
    this.#probe = null;
    this.#isPolling = this.kind.family === 'polling';
    this.#leaveFrame();
    super.open(hasKey3);
  }

  /** Continues with the same attempt, whether the last poll was answered or not. */
  override poll(): void {
    if (!this.#isPolling || this.#key === '') this.open();
    else if (!this.wire || this.wire.isEnded) this.connect(this.opening(), true);
    else this.wire.send(this.opening());
  }

  override act(name: string, number: number): void {
    if (this.#key === '') return;
    if (name === 'probe') this.#openProbe(number % 4 !== 0);
    else if (name === 'acknowledge' && this.#maySendFrames) {
      this.#sendFrame(this.#count(), ...(number % 3 ? [] : [controlText(ControlKind.ASK)]));
    }
  }

  override repeatPost(): void {
    if (this.#lastPost !== null) this.postWire(true).send(this.#lastPost);
  }

  sayGoodbye(): void {
    if (this.#key === '') return;
    if (!this.isSocket) this.postWire().send(this.#postOf('close', []));
    else if (this.#received % 2) this.closeSocket();
    else if (this.#maySendFrames) {
      this.#sendFrame(controlText(ControlKind.END, this.#received));
    }
  }

  read(): void {
    for (const stream of this.#streams) {
      for (const text of stream.read()) {
        if (!this.#streams.includes(stream)) return;
        this.#onText(stream, text);
      }
    }
    for (const text of this.#probe?.stream.read() ?? []) this.#onProbe(text);
  }

  protected opening(): Buffer {
    if (this.#key === '') return connectTo(this.kind, this.#path('', `c=1&a=0&t=1`));
    return connectTo(this.kind, this.#path(this.sessionId, this.#place()));
  }

  protected handshake(): Buffer {
    return opening(this.kind, '');
  }

  protected override continueOn(wire: Wire): void {
    super.continueOn(wire);
    this.#streams.push(new DeliveredText(wire));
  }

  protected sendNumbered(texts: readonly string[], isWhole: boolean): void {
    this.#texts.push(...texts);
    if (this.#key === '') return;
    if (!this.isSocket) {
      // a POST has all that is not acknowledged
      this.#lastPost = this.#postOf('send', this.#texts.slice(this.acked));
      this.sendIn(this.postWire(), this.#lastPost, isWhole);
    } else if (this.#maySendFrames) {
      this.sendIn(this.wire, frameOf(this.kind, framed(...texts)), isWhole);
    }
  }

  get #maySendFrames(): boolean {
    return this.isSocket && this.isReady && this.unfinished?.wire !== this.wire;
  }

  /** A frame that was begun on the connection before stays there. A POST may still be finished. */
  #leaveFrame(): void {
    if (this.unfinished?.wire === this.wire) this.unfinished = null;
  }

  #onText(stream: DeliveredText, text: string): void {
    if (this.sessionId === '' && SESSION_ID.test(text)) {
      this.sessionId = text;
      return;
    }
    if (HEARTBEAT.test(text)) {
      this.#onHeartbeat(text);
      return;
    }
    const control = readControl(text);
    if (control) this.#onControl(stream, control.kind, control.n, control.m);
    else this.#onMessage(stream, text);
  }

  #onMessage(stream: DeliveredText, text: string): void {
    if (stream.next === null) {
      this.fault ??= `was sent ${text.slice(0, 20)} before a count`;
      return;
    }
    const number = stream.next++;
    if (number <= this.#received) return;
    if (number > this.#received + 1) {
      this.fault ??= `was sent the message ${number} after ${this.#received}`;
    }
    this.#received = number;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token !== undefined) this.delivered.push(Number(token));
  }

  #onControl(stream: DeliveredText, kind: string, n: number, m: number): void {
    if (kind === ControlKind.GRANT) {
      this.#key = String(n);
      stream.next = 1;
    } else if (kind === ControlKind.ACK) {
      this.#acknowledge(n);
      if (Number.isNaN(m)) return;
      const isFirst = stream.next === null;
      stream.next = m + 1;
      const left = this.#texts.slice(this.acked);
      if (isFirst && this.isSocket && left.length > 0) this.#sendFrame(...left);
    } else if (kind === ControlKind.END) {
      this.#acknowledge(n);
    } else if (kind === ControlKind.ASK && this.#maySendFrames) {
      this.#sendFrame(this.#count());
    }
  }

  #acknowledge(count: number): void {
    if (count > this.#texts.length) this.fault ??= `was acknowledged ${count}`;
    this.acked = Math.max(this.acked, count);
  }

  #onHeartbeat(text: string): void {
    if (!this.echoes) return;
    if (this.#maySendFrames) this.#sendFrame(this.#count(), text);
    else if (!this.isSocket && this.#key !== '') this.postWire().send(this.#postOf('send', [text]));
  }

  /** Opens a WebSocket beside the current connection. */
  #openProbe(moves: boolean): void {
    const wire = this.dialer.dial(this);
    const place = `${this.#place(this.#attempt + 1)}&p=1`;
    wire.send(connectTo(PROBED, `/socket.io/${PROBED.transport}/${this.sessionId}/${place}`));
    this.#probe = { stream: new DeliveredText(wire), moves };
  }

  #onProbe(text: string): void {
    if (this.#probe === null || readControl(text)?.kind !== ControlKind.PROBE) return;
    const { stream, moves } = this.#probe;
    this.#probe = null;
    if (!moves) return;
    this.#attempt++;
    this.#streams = [];
    this.#isPolling = false;
    this.#leaveFrame();
    this.kind = PROBED;
    this.continueOn(stream.wire);
    this.#streams = [stream];
    this.#sendFrame(controlText(ControlKind.UPGRADE, this.#received));
  }

  #sendFrame(...texts: readonly string[]): void {
    this.wire?.send(frameOf(this.kind, framed(...texts)));
  }

  #count(): string {
    return controlText(ControlKind.ACK, this.#received);
  }

  #place(attempt = this.#attempt): string {
    return `c=${attempt}&a=${this.#received}&k=${this.#key}&t=1`;
  }

  #path(sessionId: string, place: string): string {
    const { transport, suffix = '' } = this.kind;
    return `/socket.io/${transport}/${sessionId}/${place}${suffix}`;
  }

  #postOf(what: 'send' | 'close', texts: readonly string[]): Buffer {
    const place = `${this.#place()}&s=${this.acked + 1}`;
    return requestBytes(this.#path(this.sessionId, `${what}/${place}`), {
      method: 'POST',
      body: texts.length > 0 ? `data=${framed(...texts)}` : '',
    });
  }
}
