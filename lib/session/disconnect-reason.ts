/** Why a session ended. */
export type DisconnectReason =
  /** The client hung up, or stopped polling, and was not back within `closeTimeout`. */
  | 'transport close'
  /** A heartbeat was not echoed within `timeout`. */
  | 'heartbeat timeout'
  /** The client said goodbye. */
  | 'client close'
  /** The client broke the rules of its transport. */
  | 'protocol error'
  /** More waited for the client than `maxBuffer` or `maxQueue` allow. */
  | 'queue overflow'
  /** `client.disconnect()`. */
  | 'server disconnect'
  /** The Listener or its HTTP server was closed. */
  | 'server close';
