/** Makes the browser's global object the platform, before any other module runs. @module */
import { type Platform, usePlatform } from './platform.js';

declare const self: Platform | undefined;

if (typeof self !== 'undefined') usePlatform(self);
