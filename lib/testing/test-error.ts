/** The reasons for which a {@link TestClient} fails. */
export type TestErrorCode =
  /** The server refused the connection or a request; see `status` and `body`. */
  | 'ERR_SIO_TEST_REFUSED'
  /** What the test waits for has not arrived. */
  | 'ERR_SIO_TEST_TIMEOUT'
  /** The session has ended. */
  | 'ERR_SIO_TEST_ENDED';

/** An error of a {@link TestClient}; its `code` is stable across versions. */
export class TestError extends Error {
  override readonly name = 'TestError';
  readonly code: TestErrorCode;
  /** The HTTP status of a refusal. */
  readonly status: number | undefined;
  /** The body of a refusal. */
  readonly body: string | undefined;

  constructor(code: TestErrorCode, message: string, refusal?: { status: number; body: string }) {
    super(message);
    this.code = code;
    this.status = refusal?.status;
    this.body = refusal?.body;
  }

  /** @internal */
  static refused(status: number, body: string): TestError {
    const reason = body === '' ? '' : `: ${body}`;
    const message = `The server refused with ${status}${reason}`;
    return new TestError('ERR_SIO_TEST_REFUSED', message, { status, body });
  }
}
