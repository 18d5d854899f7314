/** The transports of protocol 1. */
export const TRANSPORTS_OF_0_9: readonly string[] = Object.freeze([
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-polling',
  'jsonp-polling',
]);

/** The packet that answers a poll with nothing to say. */
export const NOOP = '8::';
