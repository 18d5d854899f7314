import { Websocket } from './websocket.js';

/** A WebSocket that a Flash file opens. Only its name differs, by which it has its own options. */
export abstract class Flashsocket extends Websocket {
  static override readonly transportName: string = 'flashsocket';
}
