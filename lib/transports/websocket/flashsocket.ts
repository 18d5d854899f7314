import { Websocket } from './websocket.js';

/** A WebSocket spoken by a Flash file: the same, under its own name and with its own options. */
export abstract class Flashsocket extends Websocket {
  static override readonly transportName: string = 'flashsocket';
}
