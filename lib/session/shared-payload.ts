/** A payload on its way to many clients. */
export class SharedPayload {
  readonly payload: string;
  readonly #forms = new Map<(payload: string) => Buffer, Buffer>();

  constructor(payload: string) {
    this.payload = payload;
  }

  /**
   * The payload as `encode` makes it, made once however many clients ask.
   *
   * @param encode a pure function; its identity names the wire format.
   */
  encodedBy(encode: (payload: string) => Buffer): Buffer {
    let bytes = this.#forms.get(encode);
    if (!bytes) this.#forms.set(encode, (bytes = encode(this.payload)));
    return bytes;
  }
}
