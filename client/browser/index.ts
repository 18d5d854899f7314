/** The entry point of the served script: defines the global `io`. @module */
import { JSONP, setPath, Socket, Transport, util, version } from './io.js';
import { watchPageLifecycle } from './page-lifecycle.js';
import { platform } from '../core/platform.js';

interface Global {
  io?: unknown;
  jQuery?: { io?: unknown };
}
declare const module: { exports: unknown } | undefined;
declare const define: { (name: string, factory: () => unknown): void; amd?: unknown } | undefined;

const io = { version, setPath, util, Transport, JSONP, Socket };

watchPageLifecycle();

const page = platform as Global;
page.io = io;
if (page.jQuery) page.jQuery.io = io;
// With a name: loaders reject an anonymous module in a script that they have not loaded.
if (typeof define === 'function' && define.amd) define('socket.io', () => io);
if (typeof module === 'object' && module.exports) module.exports = io;
