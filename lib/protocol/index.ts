/**
 * `socket.io-node/frames`: the `~m~` framing by itself, for feeds and bridges, in Node and in
 * browsers.
 *
 * @module
 */
export { decode, encode, encodeHeartbeat } from './frames.js';
export { FrameDecoder, FrameError, type FrameDecoderOptions } from './frame-decoder.js';
