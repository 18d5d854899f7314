/** The six transports of 0.6, in the order of its `transports` option. */
export const TRANSPORTS_OF_0_6: readonly string[] = Object.freeze([
  'websocket',
  'flashsocket',
  'htmlfile',
  'xhr-multipart',
  'xhr-polling',
  'jsonp-polling',
]);
