import type { IncomingMessage } from 'node:http';
import { decode } from '../../lib/protocol/frames.js';
import { dataOf } from '../../lib/transports/http/io/request-body.js';
import { isSafeHeaderValue } from '../../lib/util/header.js';
import { handshakeHead, HixieParser, proof, readKeys } from '../../lib/websocket/hixie-protocol.js';
import { readMessage } from '../../lib/protocol/message.js';
import { Origins } from '../../lib/access/origins.js';
import { parseRoute } from '../../lib/protocol/url.js';
import { scriptLiteral } from '../../lib/transports/http/script-literal.js';
import { DELIVERY_TARGETS } from './delivery-targets.js';
import { SERVER_TARGET, V1_SERVER_TARGET } from './server-target.js';
import { V1_TARGETS } from './v1-targets.js';

import { check, type Target } from './target.js';

const RESTRICTED = new Origins(['example.com:*', '*:8080']);

/** All events of a parser of the drafts for `chunks`. */
function sayDraft(chunks: readonly Buffer[]): string {
  let said = '';
  const events = {
    onText: (text: string) => (said += `t${text}`),
    onClosing: () => (said += 'c'),
    onError: () => (said += 'e'),
  };
  const parser = new HixieParser(events, 0);
  for (const chunk of chunks) parser.feed(chunk);
  return said;
}

function requestOf(bytes: Buffer): IncomingMessage {
  const [url = '', key1, key2, origin, host, protocol, referer] = bytes
    .toString('latin1')
    .split('\n');
  const headers = {
    'sec-websocket-key1': key1,
    'sec-websocket-key2': key2,
    'sec-websocket-protocol': protocol,
    origin,
    host,
    referer,
  };
  return { url, headers, socket: {} } as unknown as IncomingMessage;
}

export const TARGETS: readonly Target[] = [
  {
    name: 'frames and messages',
    seeds: ['~m~2~m~hi~m~4~m~~h~1', '~m~14~m~~j~{"three":3}', '~m~0~m~'],
    run(bytes) {
      const payload = bytes.toString();
      const texts = decode(payload, 100);
      check(texts.length <= 100, 'the limit is kept');
      check(texts.join('').length <= payload.length, 'nothing is made up');
      for (const text of texts) {
        readMessage(text);
        check(JSON.parse(scriptLiteral(text)) === text, 'a literal is its text');
      }
    },
  },
  {
    name: 'frames of the drafts',
    seeds: ['\0~m~2~m~hi\xff', '\xff\0', '\0\xff\0a\xff\x80'],
    run(bytes) {
      const at = (bytes[0] ?? 0) % (bytes.length + 1);
      const cut = sayDraft([bytes.subarray(0, at), bytes.subarray(at)]);
      check(sayDraft([bytes]) === cut, 'a cut changes nothing');
    },
  },
  {
    name: 'forms',
    seeds: ['data=~m~2~m~hi', 'a=1&data=%7Em%7E&b', 'data=+%zz%c3'],
    run(bytes) {
      dataOf(Buffer.from(bytes));
      dataOf(Buffer.from(bytes.toString('latin1')));
    },
  },
  {
    name: 'requests',
    seeds: [
      '/socket.io/xhr-polling/42/send?x\n12 3\n4 5\nhttp://example.com\nlocalhost\nsample\nhttp://a/b',
      '/socket.io//\n4 @1  46546xW%0l 1 5\n12998 5 Y3 1  .P00\nnull\n\n\n',
    ],
    run(bytes) {
      const request = requestOf(bytes);
      const { transport, sessionId } = parseRoute(request.url ?? '', 0);
      check(!`${transport}${sessionId}`.includes('/'), 'names hold no slash');
      RESTRICTED.allows(request.headers.origin);
      RESTRICTED.decide(request, false);
      const keys = readKeys(request);
      if (keys === null) return;
      const head = handshakeHead(request, keys === '75' ? '75' : '76');
      check(head.split('\r\n').every(isSafeHeaderValue), 'no control character is echoed');
      if (keys !== '75') check(proof(keys, Buffer.alloc(8)).length === 16, 'a proof is whole');
    },
  },
  ...DELIVERY_TARGETS,
  ...V1_TARGETS,
  SERVER_TARGET,
  V1_SERVER_TARGET,
];
