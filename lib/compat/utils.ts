/**
 * `socket.io/utils`, as programs of 2011 required it.
 *
 * @module
 */
export { encode, decode } from '../protocol/frames.js';
