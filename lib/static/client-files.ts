/**
 * Serves the client script, its source map and the Flash file; no other files.
 *
 * The option `clientScript` names another script, that of 0.9 for example. It is served at the
 * names that 0.9 had for it, and so are the Flash files beside it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDebug } from '../util/debug.js';
import { findClientFolder } from './client-folder.js';

const debug = createDebug('socket.io:files');

const CLIENT = join('build', 'client');
const FLASH = join('client', 'flash', 'WebSocketMain.swf');

interface File {
  /** Relative to the folder of the package, or absolute. */
  readonly file: string;
  readonly type: string;
  /** True if the URL has a version: another version has another URL. */
  readonly hasVersion?: boolean;
  /** The URL of its source map, relative to it. */
  readonly map?: string;
}

const MAP = 'source/socket.io.map.json';
/** The map refers to the readable script as `socket.io.js`, relative to the map. */
const SOURCE = 'source/socket.io.js';

/** The files by path below the resource; clients of 2011 use the long path of the Flash file. */
const FILES: ReadonlyMap<string, File> = new Map<string, File>([
  // Without a charset, as in 0.6: the script is plain ASCII.
  ['socket.io.js', { file: join(CLIENT, 'socket.io.min.js'), type: 'text/javascript', map: MAP }],
  [MAP, { file: join(CLIENT, 'socket.io.map.json'), type: 'application/json' }],
  [SOURCE, { file: join(CLIENT, 'socket.io.js'), type: 'text/javascript' }],
  [
    'socket.io.delivery.js',
    { file: join(CLIENT, 'socket.io.delivery.min.js'), type: 'text/javascript' },
  ],
  ['WebSocketMain.swf', { file: FLASH, type: 'application/x-shockwave-flash' }],
  [
    'lib/vendor/web-socket-js/WebSocketMain.swf',
    { file: FLASH, type: 'application/x-shockwave-flash' },
  ],
]);

/** `socket.io.js` of 0.9, which may have a list of transports and a version in its name. */
const SCRIPT_OF_0_9 = /^socket\.io(?:\+[\w-]{1,32}){0,16}(\.v\d{1,9}\.\d{1,9}\.\d{1,9})?\.js$/;
const FLASH_OF_0_9 = /^static\/flashsocket\/(WebSocketMain(?:Insecure)?\.swf)$/;

/** The file of a path, if the option `clientScript` names the script. */
function fileOf0_9(path: string, clientScript: string): File | undefined {
  const script = SCRIPT_OF_0_9.exec(path);
  if (script) {
    const hasVersion = script[1] !== undefined;
    return { file: clientScript, type: 'application/javascript', hasVersion };
  }
  const flash = FLASH_OF_0_9.exec(path)?.[1];
  if (flash === undefined) return undefined;
  return { file: join(dirname(clientScript), flash), type: 'application/x-shockwave-flash' };
}

/** For URLs that have a version: ten years, as in 0.9. */
const CACHE_SECONDS = 315_360_000;

function cacheHeaders({ hasVersion }: File): Record<string, string> {
  if (!hasVersion) return { 'Cache-Control': 'no-cache' };
  return {
    'Cache-Control': `private, x-gzip-ok="", max-age=${CACHE_SECONDS}`,
    Expires: new Date(Date.now() + CACHE_SECONDS * 1000).toUTCString(),
  };
}

/** A file as it is served. */
interface Content {
  readonly tag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

type Served = File & Content;

/** By file: the names of a file can be any number. */
const cache = new Map<string, Content>();

function load(path: string, clientScript: string | null): Served | null {
  const other = clientScript === null ? undefined : fileOf0_9(path, clientScript);
  const known = other ?? FILES.get(path);
  if (!known) return null;
  let content = cache.get(known.file);
  if (!content) {
    let plain;
    try {
      plain = readFileSync(other ? other.file : join(findClientFolder() ?? '', known.file));
    } catch (error) {
      debug('cannot read: %s', error);
      return null;
    }
    const tag = createHash('sha1').update(plain).digest('hex').slice(0, 16);
    content = { tag, plain, gzipped: gzipSync(plain, { level: 9 }) };
    cache.set(known.file, content);
  }
  return { ...known, ...content };
}

/** True if a list of encodings or entity tags contains `name` with a quality other than 0. */
function names(list: string, name: string): boolean {
  return list.split(',').some((entry) => {
    const [value, ...parameters] = entry.split(';').map((part) => part.trim());
    return value === name && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/**
 * Responds to a GET or HEAD request for one of the client files.
 *
 * @param path the path below the resource
 * @param clientScript the option of this name
 * @returns false, without having responded, if `path` is not one of the files or the method is
 *   another
 */
export function serveClientFile(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  clientScript: string | null = null,
): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const served = load(path, clientScript);
  if (!served) return false;
  const isZipped = names(request.headers['accept-encoding'] ?? '', 'gzip');
  const body = isZipped ? served.gzipped : served.plain;
  const tag = `"${served.tag}${isZipped ? '-gzip' : ''}"`;
  const headers: Record<string, string | number> = {
    ETag: tag,
    Vary: 'Accept-Encoding, Origin',
    ...cacheHeaders(served),
    // Pages of all sites may load these public files: under `Cross-Origin-Embedder-Policy:
    // require-corp`, and with `crossorigin` and `integrity` or by `import`, which send an Origin.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    ...(request.headers.origin !== undefined && { 'Access-Control-Allow-Origin': '*' }),
  };
  const known = (request.headers['if-none-match'] ?? '').replaceAll('W/', '');
  if (known === '*' || names(known, tag)) {
    response.writeHead(304, headers);
    response.end();
    return true;
  }
  headers['Content-Type'] = served.type;
  headers['Content-Length'] = body.length;
  headers['X-Content-Type-Options'] = 'nosniff';
  if (served.map) headers['SourceMap'] = served.map;
  if (isZipped) headers['Content-Encoding'] = 'gzip';
  response.writeHead(200, headers);
  response.end(body);
  return true;
}
