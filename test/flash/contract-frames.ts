/** The contract between page and swf after the connection is open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FlashSocket, type Check, type ContractContext } from './flash-socket.js';
import { eventually, same } from '../browser/eventually.js';

/** Longer than the swf waits for the response to its closing frame. */
const CLOSE_MS = 2500;

async function sends(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  const text = 'grüße 日本 \u{1F600} 100% + \uffff';
  same(await socket.call('send', encodeURIComponent(text)), -1, 'result');
  same(await socket.call('send', ''), -1, 'result');
  const length = Buffer.byteLength(text);
  const bytes = await connection.bytes(length + 4);
  same([bytes[0], bytes[length + 1]], [0x00, 0xff], 'marks of the frame');
  same(bytes.subarray(1, length + 1).toString(), text, 'text');
  same([...bytes.subarray(length + 2)], [0x00, 0xff], 'an empty frame');
  connection.socket.destroy();
  await socket.event('close');
  same(await socket.call('send', encodeURIComponent(text)), length, 'bytes not sent');
}

async function receives(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  const texts = ['one', '', 'grüße 日本 \u{1F600}', 'x'.repeat(70_000)];
  const frames = texts.flatMap((text) => [
    Buffer.from([0]),
    Buffer.from(text),
    Buffer.from([0xff]),
  ]);
  connection.write(Buffer.concat(frames));
  same(await socket.messages(texts.length), texts, 'messages');
  await socket.call('close');
}

async function receivesPieces(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  const frame = Buffer.concat([Buffer.from([0]), Buffer.from('é日\u{1F600}'), Buffer.from([0xff])]);
  for (let at = 1; at < frame.length; at++) {
    connection.write(frame.subarray(0, at));
    await sleep(15);
    connection.write(frame.subarray(at));
  }
  const expected = Array.from({ length: frame.length - 1 }, () => 'é日\u{1F600}');
  same(await socket.messages(expected.length), expected, 'messages');
  await socket.call('close');
}

/** Text that is not UTF-8 may be delivered in any form: the next message or the end must follow. */
async function notUtf8(context: ContractContext): Promise<void> {
  for (const bytes of [[0xc3], [0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
    const socket = new FlashSocket(context);
    const connection = await socket.open();
    connection.write([0x00, ...bytes, 0xff], Buffer.from('\0next'), [0xff]);
    const continues = async (): Promise<boolean> =>
      (await socket.events()).some(({ type, message }) => type === 'close' || message === 'next');
    await eventually('the next message, or the end', continues);
    await socket.call('close');
  }
}

async function closes(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  await socket.call('close');
  same([...(await connection.bytes(2))], [0xff, 0x00], 'closing handshake');
  connection.write([0xff, 0x00]);
  const { readyState } = await socket.event('close');
  same(readyState, 3, 'readyState');
  await eventually('the connection to end', () => connection.isClosed);
}

async function closesAlone(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  await socket.call('close');
  await socket.event('close', CLOSE_MS);
  await eventually('the connection to end', () => connection.isClosed);
}

async function closesWhileConnecting(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  await socket.create();
  const connection = await context.wire.next();
  await connection.head();
  await socket.call('close');
  same((await socket.event('close')).readyState, 3, 'readyState');
  await eventually('the connection to end', () => connection.isClosed);
}

async function serverCloses(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  connection.write(Buffer.from('\0last words'), [0xff], [0xff, 0x00]);
  same(await socket.messages(1), ['last words'], 'messages');
  same([...(await connection.bytes(2))], [0xff, 0x00], 'closing handshake');
  same((await socket.event('close')).readyState, 3, 'readyState');
}

async function badFrame(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  connection.write([0x81, 0x01, 0x61]);
  same((await socket.event('error')).readyState, 3, 'readyState');
  await eventually('the connection to end', () => connection.isClosed);
}

async function errorThenClose(context: ContractContext): Promise<void> {
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  connection.write([0x81, 0x01, 0x61]);
  await socket.event('close');
}

/** The checks that every WebSocketMain.swf passes. */
export const FRAMES: Readonly<Record<string, Check>> = {
  'sends frames, and reports the bytes not sent': sends,
  'receives frames': receives,
  'receives frames cut anywhere': receivesPieces,
  'closes by the closing handshake': closes,
  'closes while connecting': closesWhileConnecting,
  'answers the closing handshake': serverCloses,
};

/** The checks that only our file passes; the one of 2011 fails them under Ruffle. */
export const FRAMES_OURS: Readonly<Record<string, Check>> = {
  'survives text that is not UTF-8': notUtf8,
  'reports a bad frame': badFrame,
  'closes without a response': closesAlone,
  "emits 'close' after 'error'": errorThenClose,
};
