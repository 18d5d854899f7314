/** Why a session ended. */
export type DisconnectReason =
  /** The connection was lost, or polls stopped, and the client was not back within `closeTimeout`. */
  | 'transport close'
  /** A heartbeat was not echoed within `timeout`, and the connection did not move a byte. */
  | 'heartbeat timeout'
  /** The client has closed the session: a close request, or the closing handshake of a WebSocket. */
  | 'client close'
  /** The client has violated the protocol of its transport. */
  | 'protocol error'
  /** More waited for the client than `maxBuffer` or `maxQueue` allows. */
  | 'queue overflow'
  /** `client.disconnect()`, or the application has ended the connection. */
  | 'server disconnect'
  /** The Listener or its HTTP server was closed. */
  | 'server close';
