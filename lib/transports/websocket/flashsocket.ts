import { Websocket } from './websocket.js';

/** A WebSocket that a Flash file opens. It differs in its name, and so in its options. */
export abstract class Flashsocket extends Websocket {
  static override readonly transportName: string = 'flashsocket';
}
