/** `socket.io/listener`, which was the Listener class itself. */
import { Listener } from '../listener.js';

export = Listener;
