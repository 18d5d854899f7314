/**
 * The pages of `example/`, as its servers and the command serve them.
 *
 * @module
 */
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { PACKAGE } from './example.js';

export const pages = require(join(PACKAGE, 'example', 'pages.js')) as RequestListener & {
  readonly files: readonly string[];
};

/** The paths of all pages, except `/`. */
export const PAGES: readonly string[] = pages.files;
