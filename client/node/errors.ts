/** The reasons for which a client fails. */
export type ClientErrorCode =
  /** The server answered a request with a status other than 200; see `statusCode`. */
  | 'ERR_SIO_REFUSED'
  /**
   * A response, or a message in it, is longer than `maxPayload`; or the server closed a WebSocket
   * because a payload was too large.
   */
  | 'ERR_SIO_TOO_LARGE'
  /** None of the transports has connected; `cause` is the error of the last attempt. */
  | 'ERR_SIO_CONNECT_FAILED'
  /** More than `maxQueue` messages wait for the consumer of an iterator. */
  | 'ERR_SIO_QUEUE_OVERFLOW'
  /** No message has arrived for `messageTimeout`. */
  | 'ERR_SIO_MESSAGE_TIMEOUT';

/** Details of a {@link ClientError}. */
export interface ClientErrorDetails {
  readonly statusCode?: number | undefined;
  readonly serverMessage?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** An error of the client; its `code` is stable across versions. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status of the response, with `ERR_SIO_REFUSED`. */
  readonly statusCode: number | undefined;
  /** The sentence of the server in the body of a refusal, if there is one. */
  readonly serverMessage: string | undefined;
  /** The delay before the next attempt that the server demands, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    const { statusCode, serverMessage, retryAfter, cause } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.statusCode = statusCode;
    this.serverMessage = serverMessage;
    this.retryAfter = retryAfter;
  }
}

/** Emits a process warning, for programs that do not listen to the events of the client. */
export function warn(message: string): void {
  process.emitWarning(message, { type: 'SocketIOWarning', code: 'ERR_SIO_CONNECT_FAILED' });
}
