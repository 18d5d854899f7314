/**
 * The contract between page and swf. The tests control both the page and the server. The swf of
 * 2011 passes the same checks, which verifies the contract.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAMES, FRAMES_OURS } from './contract-frames.js';
import { HANDSHAKE, HANDSHAKE_OURS } from './contract-handshake.js';
import { FlashSocket, type Check, type ContractContext, type Seen } from './flash-socket.js';
import { eventually, same } from '../browser/eventually.js';

const LOST_ANNOUNCEMENT_MS = 400;

async function initializes({ page }: ContractContext): Promise<void> {
  same((await page.call<Seen>('seen')).initialized, 1, 'calls of __onFlashInitialized');
}

async function announcesAgain(context: ContractContext): Promise<void> {
  await context.page.evaluate('harness.refuseAnnouncement = 1');
  const socket = new FlashSocket(context);
  const connection = await socket.open();
  await sleep(LOST_ANNOUNCEMENT_MS);
  same((await context.page.call<Seen>('seen')).announced, 1, 'announcements so far');
  const again = async (): Promise<boolean> =>
    (await context.page.call<Seen>('seen')).announced === 2;
  await eventually('another announcement', again, 1000);
  await context.page.evaluate('harness.refuseAnnouncement = 0');
  connection.socket.destroy();
}

async function manualPolicy({ page }: ContractContext): Promise<void> {
  await page.call('call', 'loadManualPolicyFile', ['xmlsocket://127.0.0.1:8430']);
}

async function debugLog(context: ContractContext): Promise<void> {
  await context.page.call('call', 'setDebug', [true]);
  const connection = await new FlashSocket(context).open();
  connection.socket.destroy();
  const { log } = await context.page.call<Seen>('seen');
  same(log.length > 0, true, 'something logged');
  same(
    log.every((line) => line.startsWith('[WebSocket] ')),
    true,
    'prefix',
  );
  await context.page.call('call', 'setDebug', [false]);
}

/** The checks that every WebSocketMain.swf passes. */
const EVERY: Readonly<Record<string, Check>> = {
  'announces once that it is ready': initializes,
  ...HANDSHAKE,
  ...FRAMES,
  'loads a policy file': manualPolicy,
  'logs in debug mode': debugLog,
};

/** The checks by the origin of the swf. */
export const CONTRACT: Readonly<Record<'ours' | '2011', Readonly<Record<string, Check>>>> = {
  '2011': EVERY,
  // The announcement check is first, while there are no events of sockets of other checks.
  ours: {
    'repeats an announcement that the page ignored': announcesAgain,
    ...EVERY,
    ...HANDSHAKE_OURS,
    ...FRAMES_OURS,
  },
};
