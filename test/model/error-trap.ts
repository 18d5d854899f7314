/** Collects errors that nothing has caught, and warnings of listener leaks, until it is released. */
export class ErrorTrap {
  readonly errors: unknown[] = [];
  readonly #others = new Map<string, Function[]>();
  readonly #emitWarning = process.emitWarning.bind(process);
  readonly #isExpected: (error: unknown) => boolean;

  /** @param isExpected true for errors that the test itself throws */
  constructor(isExpected: (error: unknown) => boolean = () => false) {
    this.#isExpected = isExpected;
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      this.#others.set(event, process.listeners(event as 'uncaughtException'));
      process.removeAllListeners(event);
      process.on(event, this.#onError);
    }
    process.emitWarning = (warning: string | Error) => {
      if (String(warning).includes('MaxListeners')) this.errors.push(warning);
    };
  }

  release(): void {
    process.emitWarning = this.#emitWarning;
    for (const [event, listeners] of this.#others) {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener as () => void);
    }
  }

  readonly #onError = (error: unknown): void => {
    if (!this.#isExpected(error)) this.errors.push(error);
  };
}
