/**
 * What nearly every test of an attack imports.
 *
 * @module
 */
export { expectAlive, expectNothingLeft, recordReasons as reasonsOf } from '../support/checks.js';
export { HANDSHAKE, HIXIE_75, HIXIE_76, KEY3 } from '../support/frames.js';
export { FOREIGN_PAGES, PAGE } from '../support/origins.js';
export { RawSocket, request, requestBytes } from '../support/raw.js';
export {
  openPolling as openPoll,
  sendBytes as send,
  statusOf,
  withoutDate as essence,
} from '../support/requests.js';
