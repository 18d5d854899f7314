/** The reasons for which a client fails. */
export type ClientErrorCode =
  /** The server answered a request with a status other than 200; see `statusCode`. */
  | 'ERR_SIO_REFUSED'
  /** A response, or a message in it, is longer than `maxPayload`. */
  | 'ERR_SIO_TOO_LARGE'
  /** None of the transports has connected; `cause` is the error of the last attempt. */
  | 'ERR_SIO_CONNECT_FAILED'
  /** More than `maxQueue` messages wait for the consumer of an iterator. */
  | 'ERR_SIO_QUEUE_OVERFLOW';

/** An error of the client; its `code` is stable across versions. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The status of the response, with `ERR_SIO_REFUSED`. */
  readonly statusCode: number | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    { statusCode, cause }: { statusCode?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.statusCode = statusCode;
  }
}
