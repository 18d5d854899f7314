/**
 * `~h~m`: the server is about to end. The end of the session, `~h~eN:T`, follows in the same payload.
 *
 * The server takes no message of the client after it, so that those beyond N have certainly not
 * arrived. A client that knows this control message acknowledges with `~h~eM`, or a close request,
 * reconnects at once, and sends these messages in its next session. Others ignore the letter.
 *
 * It is not in `ControlKind`: the script for browsers does not have it.
 *
 * @module
 */
export const MOVE = 'm';
