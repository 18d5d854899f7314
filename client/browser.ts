/** What the served script runs: the browser as platform, and the global `io`. @module */
import './browser-platform.js';
import { JSONP, setPath, Socket, Transport, util, version } from './io.js';
import { watchPage } from './lifecycle.js';

interface Global {
  io?: unknown;
  jQuery?: { io?: unknown };
}
declare const self: Global | undefined;
declare const module: { exports: unknown } | undefined;
declare const define: { (factory: () => unknown): void; amd?: unknown } | undefined;

const io = { version, setPath, util, Transport, JSONP, Socket };

watchPage();

if (typeof module === 'object' && module.exports) module.exports = io;
else {
  if (typeof define === 'function' && define.amd) define(() => io);
  if (typeof self === 'object') {
    self.io = io;
    if (self.jQuery) self.jQuery.io = io;
  }
}
