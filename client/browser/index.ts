/** The entry point of the served script: defines the global `io`. @module */
import { JSONP, setPath, Socket, Transport, util, version } from './io.js';
import { watchPageLifecycle } from './page-lifecycle.js';
import { platform } from '../core/platform.js';

interface Global {
  io?: unknown;
  jQuery?: { io?: unknown };
}
declare const module: { exports: unknown } | undefined;
declare const define: { (factory: () => unknown): void; amd?: unknown } | undefined;

const io = { version, setPath, util, Transport, JSONP, Socket };

watchPageLifecycle();

if (typeof module === 'object' && module.exports) module.exports = io;
else {
  const page = platform as Global;
  if (typeof define === 'function' && define.amd) define(() => io);
  page.io = io;
  if (page.jQuery) page.jQuery.io = io;
}
