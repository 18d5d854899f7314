import { expect } from 'chai';
import { Socket } from 'node:net';
import {
  observeConnectionEnd,
  unobserveConnectionEnd,
  type ConnectionObserver,
} from '../../../../lib/transports/http/io/connection-end.js';

/** Counts how often its links are read or written. */
class Counted implements ConnectionObserver {
  static steps = 0;
  readonly socket: Socket;
  readonly ends: boolean[] = [];
  #previous: ConnectionObserver | null = null;
  #next: ConnectionObserver | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    observeConnectionEnd(this);
  }

  get previousObserver(): ConnectionObserver | null {
    Counted.steps++;
    return this.#previous;
  }

  set previousObserver(observer: ConnectionObserver | null) {
    Counted.steps++;
    this.#previous = observer;
  }

  get nextObserver(): ConnectionObserver | null {
    Counted.steps++;
    return this.#next;
  }

  set nextObserver(observer: ConnectionObserver | null) {
    Counted.steps++;
    this.#next = observer;
  }

  onConnectionEnd(isLocal: boolean): void {
    this.ends.push(isLocal);
    unobserveConnectionEnd(this);
  }
}

/** How many links are read and written to add and to notify `count` observers. */
const stepsFor = (count: number): number => {
  const socket = new Socket();
  Counted.steps = 0;
  for (let i = 0; i < count; i++) new Counted(socket).ends.length = 0;
  socket.emit('close');
  return Counted.steps;
};

describe('observeConnectionEnd', () => {
  it('notifies the observers of a connection once, the oldest first', () => {
    const socket = new Socket();
    const order: number[] = [];
    const observers = [0, 1, 2, 3].map((i) => {
      const observer = new Counted(socket);
      observer.onConnectionEnd = () => {
        order.push(i);
        unobserveConnectionEnd(observer);
      };
      return observer;
    });
    unobserveConnectionEnd(observers[1] as Counted);
    unobserveConnectionEnd(observers[1] as Counted);
    unobserveConnectionEnd(observers[3] as Counted);
    socket.emit('end');
    socket.emit('close');
    expect(order).to.deep.equal([0, 2]);
    const later = new Counted(socket);
    socket.emit('close');
    expect(later.ends).to.deep.equal([true]);
    expect(order).to.deep.equal([0, 2]);
  });

  it('takes a number of steps that is in proportion to the observers', () => {
    expect(stepsFor(2000) / stepsFor(1000)).to.be.below(2.1);
  });
});
