/**
 * `socket.io/utils`, as in 0.6.
 *
 * @module
 */
export { encode, decode } from '../protocol/frames.js';
