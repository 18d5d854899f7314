/** `socket.io/client`, which was the Client class itself. */
import { Client } from '../client.js';

export = Client;
