/**
 * Sequences that have failed once, as the model has shrunk them.
 *
 * @module
 */
import type { Sequence } from './sequence.js';

const SETTING = {
  generation: '0.6',
  authorize: 'none',
  maxQueue: 50,
  maxBuffer: 2000,
  maxSessions: 0,
  hasHeartbeats: true,
  closeTimeout: 500,
  window: 0,
} as const;

export const REGRESSIONS: Readonly<Record<string, Sequence>> = {
  'opens no session for a pipelined handshake whose connection was reset': {
    setting: { ...SETTING, authorize: 'later' },
    steps: [
      { name: 'connect', a: 135, b: 909 },
      { name: 'handshakes', a: 878, b: 638 },
      { name: 'reset', a: 136, b: 980 },
      { name: 'verdict', a: 266, b: 526 },
    ],
  },
  'destroys the connection of a kicked poll whose client does not close it': {
    setting: SETTING,
    steps: [
      { name: 'connect', a: 909, b: 827 },
      { name: 'resume', a: 945, b: 730 },
      { name: 'message', a: 760, b: 484 },
    ],
  },
  'destroys the connection of a kicked stream whose client does not close it': {
    setting: SETTING,
    steps: [
      { name: 'connect', a: 414, b: 245 },
      { name: 'message', a: 296, b: 586 },
    ],
  },
  'destroys a connection that was ended, and on which more requests arrive': {
    setting: SETTING,
    steps: [
      { name: 'connect', a: 349, b: 101 },
      { name: 'message', a: 853, b: 700 },
      { name: 'finishMessage', a: 390, b: 416 },
      { name: 'handshakes', a: 416, b: 831 },
    ],
  },
  'survives an upgrade and a reset on a connection that was ended': {
    setting: { ...SETTING, maxSessions: 3, closeTimeout: 0 },
    steps: [
      { name: 'connect', a: 449, b: 249 },
      { name: 'message', a: 555, b: 76 },
      { name: 'handshakes', a: 627, b: 686 },
      { name: 'upgrade', a: 792, b: 215 },
      { name: 'reset', a: 159, b: 958 },
    ],
  },
  'destroys an ended connection whose upgrade is pending': {
    setting: { ...SETTING, authorize: 'later', closeTimeout: 0 },
    steps: [
      { name: 'connect', a: 648, b: 736 },
      { name: 'verdict', a: 966, b: 193 },
      { name: 'upgrade', a: 973, b: 266 },
      { name: 'kick', a: 330, b: 608 },
    ],
  },
  'destroys an ended connection whose pipelined handshake is pending': {
    setting: { ...SETTING, authorize: 'later', maxQueue: 5, maxSessions: 3 },
    steps: [
      { name: 'connect', a: 506, b: 681 },
      { name: 'connect', a: 769, b: 977 },
      { name: 'handshakes', a: 802, b: 58 },
      { name: 'verdict', a: 508, b: 35 },
      { name: 'sendAndKick', a: 944, b: 300 },
    ],
  },
  'keeps the order of what a breaking WebSocket could not send': {
    setting: { ...SETTING, maxQueue: 0, closeTimeout: 8000 },
    steps: [
      { name: 'connect', a: 33, b: 649 },
      { name: 'sendAndKick', a: 682, b: 206 },
      { name: 'send', a: 124, b: 403 },
      { name: 'resume', a: 629, b: 641 },
    ],
  },
  'ends the session of a WebSocket that stalls and sends a FIN': {
    setting: { ...SETTING, maxBuffer: 20_000, hasHeartbeats: false },
    steps: [
      { name: 'connect', a: 610, b: 503 },
      { name: 'stall', a: 30, b: 430 },
      { name: 'flood', a: 541, b: 814 },
    ],
  },
  'counts a session of 0.9 once while its WebSocket of draft 76 waits for the third key': {
    setting: { ...SETTING, generation: '0.9', maxBuffer: 20_000, maxSessions: 3 },
    steps: [
      { name: 'connect', a: 457, b: 363 },
      { name: 'connect', a: 244, b: 919 },
      { name: 'connect', a: 947, b: 605 },
    ],
  },
  'destroys a connection with unread responses that is ended during a further poll': {
    setting: {
      ...SETTING,
      generation: '0.9',
      maxQueue: 0,
      maxBuffer: 20_000,
      hasHeartbeats: false,
      closeTimeout: 0,
    },
    steps: [
      { name: 'connect', a: 181, b: 730 },
      { name: 'endpoint', a: 263, b: 334 },
      { name: 'pipeline', a: 432, b: 749 },
      { name: 'stall', a: 769, b: 29 },
      { name: 'flood', a: 583, b: 27 },
      { name: 'pipeline', a: 61, b: 158 },
    ],
  },
  'ends sessions of streams that are pipelined behind an open one, without heartbeats': {
    setting: { ...SETTING, maxBuffer: 20_000, hasHeartbeats: false, closeTimeout: 500 },
    steps: [
      { name: 'connect', a: 667, b: 891 },
      { name: 'kick', a: 138, b: 805 },
      { name: 'handshakes', a: 361, b: 758 },
      { name: 'flood', a: 576, b: 253 },
      { name: 'handshakes', a: 978, b: 237 },
    ],
  },
};
