/**
 * Clients of protocol 1 for the soak test, whose messages are payloads of 0.6.
 *
 * @module
 */
import {
  Driver,
  Refused,
  type DriverOptions,
  type Kind,
  type Variant,
} from '../support/drivers/index.js';
import { framed, parsePayload } from '../support/payload.js';
import {
  resumePolling,
  V1_VARIANTS,
  type V1Driver,
  type V1Variant,
} from '../support/v1-drivers.js';

const NOT_OPEN = 'Not open';
const UNKNOWN = 404;

class V1SoakDriver extends Driver {
  readonly transport: string;
  readonly kind: Kind;
  readonly #variant: V1Variant;
  #driver: V1Driver | null = null;

  constructor(port: number, variant: V1Variant, options: DriverOptions = {}) {
    super(port, options);
    this.#variant = variant;
    this.transport = variant.transport;
    this.kind = variant.kind;
  }

  override async open(): Promise<this> {
    this.#driver = await this.#variant.open(this.port);
    this.sessionId = this.#driver.sessionId;
    return this;
  }

  /** The end of a stream is the end of its session. */
  override resume(): Promise<this> {
    if (this.kind !== 'polling') return Promise.reject(new Refused(UNKNOWN));
    this.#driver = resumePolling(this.port, this.sessionId, this.transport);
    return Promise.resolve(this);
  }

  async nextPayload(): Promise<string> {
    // oxlint-disable eslint/no-await-in-loop -- one packet after the other
    for (;;) {
      const packet = await this.#opened.next();
      if (packet.startsWith('3:::')) return framed(packet.slice(4));
      if (packet !== '2::') throw new Refused(UNKNOWN, packet);
      // a failed answer does not discard what arrives meanwhile
      this.#opened.send('2::').catch(() => undefined);
    }
    // oxlint-enable eslint/no-await-in-loop
  }

  send(payload: string): Promise<void> {
    return this.#opened.send(...parsePayload(payload).map((text) => `3:::${text}`));
  }

  drop(): void {
    this.#driver?.drop();
  }

  close(): Promise<void> {
    return this.#opened.send('0::');
  }

  ended(): Promise<void> {
    return this.#opened.ended();
  }

  opening(): Buffer {
    throw new Error(NOT_OPEN);
  }

  protected connect(): Promise<void> {
    return Promise.reject(new Error(NOT_OPEN));
  }

  get #opened(): V1Driver {
    if (!this.#driver) throw new Error(NOT_OPEN);
    return this.#driver;
  }
}

export const V1_SOAK_VARIANTS: readonly Variant[] = V1_VARIANTS.map((variant) => ({
  name: `${variant.name} of 0.9`,
  create: (port, options) => new V1SoakDriver(port, variant, options),
}));
