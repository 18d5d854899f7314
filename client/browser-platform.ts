/** Makes the browser's global object the platform, before any other module runs. @module */
import { type Platform, usePlatform } from './platform.js';

declare const self: Platform | undefined;

// There is none where somebody only loads the script, say to look at its version.
usePlatform(typeof self === 'undefined' ? ({ navigator: {} } as Platform) : self);
