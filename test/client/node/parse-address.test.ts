import { expect } from 'chai';
import { parseAddress, type Address } from '../../../client/node/parse-address.js';

const NAMES = ['websocket', 'server-events', 'xhr-polling'];

describe('parseAddress()', () => {
  const cases: readonly (readonly [string, Partial<Address>])[] = [
    ['http://example.com', { host: 'example.com', port: '', secure: false, resource: undefined }],
    ['https://example.com:8443/', { host: 'example.com', port: '8443', secure: true }],
    ['http://a/chat', { resource: 'chat', transport: undefined, path: undefined }],
    ['http://a/deep/chat/', { resource: 'deep/chat', transport: undefined }],
    ['http://a/chat/xhr-polling', { resource: 'chat', transport: 'xhr-polling' }],
    ['http://a/xhr-polling', { resource: undefined, transport: 'xhr-polling' }],
    ['http://a/chat?token=1&b', { resource: 'chat', query: '?token=1&b' }],
    ['http://a/', { query: '', auth: '' }],
    ['http://us%40er:p%3Aw@a/', { auth: 'us@er:p:w' }],
    ['http://[::1]:80/', { host: '[::1]', port: '' }],
    ['ws://a', { secure: false, transport: 'websocket', path: undefined }],
    ['wss://a/', { secure: true, transport: 'websocket', path: undefined }],
    [
      'wss://a/socket.io/websocket?from=chart',
      { transport: 'websocket', path: '/socket.io/websocket', query: '?from=chart' },
    ],
    ['ws://a/feed', { transport: 'websocket', path: '/feed' }],
  ];
  for (const [url, expected] of cases) {
    it(`parses ${url}`, () => {
      expect(parseAddress(url, NAMES)).to.include(expected);
      expect(parseAddress(new URL(url), NAMES)).to.include(expected);
    });
  }

  for (const [url, what] of [
    ['://', 'Expected a URL, got "://"'],
    ['ftp://a/', 'Expected a URL of http, https, ws or wss, got ftp://…'],
    ['file:///etc', 'Expected a URL of http, https, ws or wss, got file://…'],
  ] as const) {
    it(`throws a TypeError for ${url}`, () => {
      expect(() => parseAddress(url, NAMES)).to.throw(TypeError, what);
    });
  }
});
