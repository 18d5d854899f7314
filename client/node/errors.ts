/** What can go wrong with a client. */
export type ClientErrorCode =
  /** The server answered a request with another status than 200; see `statusCode`. */
  | 'ERR_SIO_REFUSED'
  /** An answer, or a message in it, is longer than `maxPayload`. */
  | 'ERR_SIO_TOO_LARGE'
  /** None of the transports has connected; the `cause` is what the last one met. */
  | 'ERR_SIO_CONNECT_FAILED'
  /** An iterator's consumer is so slow that more than `maxQueue` messages wait for it. */
  | 'ERR_SIO_QUEUE_OVERFLOW';

/** An error of a client, by a code that stays. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The status of the answer, with `ERR_SIO_REFUSED`. */
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
