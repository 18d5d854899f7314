/** What the served script runs: the browser as platform, and the global `io`. @module */
import { JSONP, setPath, Socket, Transport, util, version } from './io.js';
import { watchPage } from './page-lifecycle.js';
import { root } from '../core/platform.js';

interface Global {
  io?: unknown;
  jQuery?: { io?: unknown };
}
declare const module: { exports: unknown } | undefined;
declare const define: { (factory: () => unknown): void; amd?: unknown } | undefined;

const io = { version, setPath, util, Transport, JSONP, Socket };

watchPage();

if (typeof module === 'object' && module.exports) module.exports = io;
else {
  const page = root as Global;
  if (typeof define === 'function' && define.amd) define(() => io);
  page.io = io;
  if (page.jQuery) page.jQuery.io = io;
}
