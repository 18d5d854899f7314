/** A payload on its way to many clients. */
export class Broadcast {
  readonly payload: string;
  readonly #forms = new Map<(payload: string) => Buffer, Buffer>();

  constructor(payload: string) {
    this.payload = payload;
  }

  /**
   * The payload as `wrap` makes it, made once however many clients ask.
   *
   * @param wrap a pure function; its identity names the wire format.
   */
  as(wrap: (payload: string) => Buffer): Buffer {
    let bytes = this.#forms.get(wrap);
    if (!bytes) this.#forms.set(wrap, (bytes = wrap(this.payload)));
    return bytes;
  }
}
