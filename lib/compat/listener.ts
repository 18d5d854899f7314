/** `socket.io/listener`: the Listener class itself, as in 0.6. */
import { Listener } from '../server/listener.js';

export = Listener;
