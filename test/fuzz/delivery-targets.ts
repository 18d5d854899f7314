import { decode } from '../../lib/protocol/frames.js';
import { controlText, readControl } from '../../lib/protocol/delivery/control.js';
import { placeOf, withoutPlace } from '../../lib/protocol/delivery/place.js';
import { wholeMessages } from '../../lib/protocol/delivery/whole-messages.js';
import { check, type Target } from './target.js';

const LIMIT = 100;

function checkNumbers(...numbers: readonly (number | undefined)[]): void {
  for (const number of numbers) {
    const isAbsent = number === undefined || Number.isNaN(number);
    check(isAbsent || (Number.isSafeInteger(number) && number >= 0), 'a count is a safe integer');
  }
}

/** The codec of sessions with delivery. */
export const DELIVERY_TARGETS: readonly Target[] = [
  {
    name: 'places in URLs',
    seeds: [
      '/socket.io/xhr-polling/42/send/c=1&a=0&k=7&s=1&t=5/0',
      '/socket.io/websocket//c=1&a=0&k=&s=1&t=5',
      '/socket.io/server-events/42/c=2&a=9&k=123456789012345&p=1?goodbye',
    ],
    run(bytes) {
      const url = bytes.toString('latin1');
      const place = placeOf(url);
      if (place) {
        check(place.attempt > 0, 'an attempt has a number');
        checkNumbers(place.attempt, place.received, place.key, place.first);
      }
      check(!withoutPlace(url).includes('='), 'a log does not have the key');
    },
  },
  {
    name: 'control messages',
    seeds: ['~h~a12:7', '~h~d123456789012345:120000', '~h~e3', '~h~x', '~h~r', '~h~u7'],
    run(bytes) {
      const control = readControl(bytes.toString());
      if (!control) return;
      const { kind, n, m } = control;
      checkNumbers(n, m);
      const numbers = [n, m].filter((number) => !Number.isNaN(number));
      const again = readControl(controlText(kind, ...numbers));
      check(again?.kind === kind, 'a kind is read again');
      check(Object.is(again?.n, n) && Object.is(again?.m, m), 'the numbers are read again');
    },
  },
  {
    name: 'payloads that are cut off',
    seeds: ['~m~2~m~hi~m~4~m~~h~1', '~m~8~m~~h~a12:7~m~3~m~on', '~m~2~m~hi~m~99~m~hi'],
    run(bytes) {
      const payload = bytes.toString();
      const texts = decode(payload, LIMIT);
      const whole = wholeMessages(payload, texts.slice());
      check(whole.length === texts.length || whole.length === texts.length - 1, 'one is cut off');
      // What is kept of a prefix is what is kept of the payload, except for the last message.
      const prefix = payload.slice(0, payload.length >> 1);
      for (const [i, text] of wholeMessages(prefix, decode(prefix, LIMIT)).entries()) {
        check(text === texts[i], 'a part of a payload has the same messages');
      }
    },
  },
];
