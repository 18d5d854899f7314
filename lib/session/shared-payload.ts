import { decode } from '../protocol/frames.js';

type Encode = (payload: string) => Buffer;
/** Translates a payload into those of another protocol. */
type Translate = (payload: string, isEvent: boolean) => readonly string[];

/** The bytes of several payloads that were sent together. */
interface Batch {
  readonly payloads: readonly SharedPayload[];
  readonly encode: Encode;
  readonly bytes: Buffer;
}

/** A payload that is sent to many sessions. Caches its bytes, once per wire format. */
export class SharedPayload {
  readonly payload: string;
  /** True if it is a named event, for which other protocols have a packet of its own. */
  readonly isEvent: boolean;
  /** True if it is dropped for a client that cannot take it now. */
  readonly isVolatile: boolean;
  readonly #forms = new Map<Encode, Buffer>();
  /** How many messages it has; null: not known yet. */
  #messages: number | null;
  #batch: Batch | null = null;
  #text: { readonly encode: (payload: string) => string; readonly text: string } | null = null;
  #translations: Map<Translate, readonly SharedPayload[]> | null = null;

  /** @param messages how many messages it has; null: they are counted when it matters */
  constructor(
    payload: string,
    isEvent = false,
    messages: number | null = null,
    isVolatile = false,
  ) {
    this.payload = payload;
    this.isEvent = isEvent;
    this.isVolatile = isVolatile;
    this.#messages = messages;
  }

  /** How many messages it has. */
  get messages(): number {
    return (this.#messages ??= decode(this.payload).length);
  }

  /**
   * The same payload in another protocol. It is translated once for all sessions.
   *
   * @param translate a pure function; its identity names the protocol.
   */
  translatedBy(translate: Translate): readonly SharedPayload[] {
    this.#translations ??= new Map();
    let payloads = this.#translations.get(translate);
    if (!payloads) {
      payloads = translate(this.payload, this.isEvent).map(
        (text) => new SharedPayload(text, this.isEvent, 1),
      );
      this.#translations.set(translate, payloads);
    }
    return payloads;
  }

  /**
   * The payload in the wire format of `encode`, which is called once for all sessions.
   *
   * @param encode a pure function; its identity names the wire format.
   */
  encodedBy(encode: Encode): Buffer {
    let bytes = this.#forms.get(encode);
    if (!bytes) this.#forms.set(encode, (bytes = encode(this.payload)));
    return bytes;
  }

  /** As {@link encodedBy}, for a form that is text, of which one is kept. */
  textBy(encode: (payload: string) => string): string {
    if (this.#text?.encode !== encode) this.#text = { encode, text: encode(this.payload) };
    return this.#text.text;
  }

  /**
   * The bytes of `payloads`, a list that ends with this payload. The latest list is cached: sessions
   * that were sent the same broadcasts in one turn share one Buffer.
   *
   * @param encode names the wire format, as for {@link encodedBy}
   * @param join makes the bytes
   */
  batchOf(payloads: readonly SharedPayload[], encode: Encode, join: () => Buffer): Buffer {
    const known = this.#batch;
    if (known && known.encode === encode && isSameList(known.payloads, payloads)) {
      return known.bytes;
    }
    const bytes = join();
    this.#batch = { payloads, encode, bytes };
    return bytes;
  }
}

function isSameList(one: readonly SharedPayload[], other: readonly SharedPayload[]): boolean {
  return one.length === other.length && one.every((payload, i) => payload === other[i]);
}
