/**
 * Scripts for the server as a whole, in which clients use protocol 1.
 *
 * @module
 */
import { encodePayload } from '../../lib/protocol/v1/index.js';
import { frame, HANDSHAKE, HIXIE_76, KEY3, TEXT } from '../support/frames.js';
import { requestBytes } from '../support/raw.js';

const SESSION = 'sid1z';
const PACKETS = [
  '3:1::hi',
  '4:2+::{"a":[1]}',
  '5:3+::{"name":"add","args":[1,2]}',
  '1::/chat',
  '5:1+:/chat:{"name":"say","args":["x"]}',
  '6:::1+["yes"]',
  '2::',
  '0::/chat',
] as const;

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

function get(path: string, headers: Readonly<Record<string, string>> = {}): string {
  return latin1(requestBytes(`/socket.io/1/${path}`, { headers }));
}

function post(transport: string, packets: readonly string[]): string {
  const payload = encodePayload(packets);
  const body =
    transport === 'jsonp-polling' ? `d=${encodeURIComponent(JSON.stringify(payload))}` : payload;
  const path = `/socket.io/1/${transport}/${SESSION}?t=1`;
  return latin1(requestBytes(path, { method: 'POST', body }));
}

function hixieFrame(packet: string): string {
  return `\x00${Buffer.from(packet).toString('latin1')}\xff`;
}

const handshake = `W0${get('?t=1&token=x')}`;
const jsonpHandshake = `W0${get('?jsonp=0&t=1')}`;
const frames = PACKETS.map((packet) => latin1(frame(TEXT, packet))).join('');

/** The records of each script; the connection of a session is 1, that of its POSTs 2. */
export const V1_SCRIPTS: readonly (readonly string[])[] = [
  [handshake, `W1${get(`websocket/${SESSION}`, HANDSHAKE)}`, `W1${frames}`, 'S', 'B', 'F1'],
  [
    handshake,
    `W1${get(`websocket/${SESSION}`, { ...HANDSHAKE, 'Sec-WebSocket-Version': '7' })}`,
    `W1${frames}`,
    'K0',
  ],
  [
    handshake,
    `W1${get(`flashsocket/${SESSION}`, HIXIE_76)}`,
    `W1${latin1(KEY3)}${PACKETS.map(hixieFrame).join('')}`,
    `W2${get(`/${SESSION}/?disconnect=1`)}`,
  ],
  [
    handshake,
    `W1${get(`htmlfile/${SESSION}?t=1`)}`,
    'S',
    `W2${post('htmlfile', PACKETS)}`,
    'T9',
    'R1',
  ],
  [
    handshake,
    `W1${get(`xhr-polling/${SESSION}?t=1`)}`,
    `W2${post('xhr-polling', PACKETS)}`,
    'S',
    `W1${get(`xhr-polling/${SESSION}?t=2`)}`,
    'K0',
  ],
  [
    jsonpHandshake,
    `W1${get(`jsonp-polling/${SESSION}?i=1`)}`,
    `W2${post('jsonp-polling', PACKETS)}`,
    `W1${get(`jsonp-polling/${SESSION}?i=2`)}`,
    'T',
    `W2${post('jsonp-polling', ['0::'])}`,
  ],
  [handshake, 'T9', `W1${get(`xhr-polling/${SESSION}`)}`, handshake, handshake],
];
