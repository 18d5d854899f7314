/** `socket.io/listener`, which was the Listener class itself. */
import { Listener } from '../server/listener.js';

export = Listener;
