/**
 * Serves the client script, its source map and the Flash file; no other files.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDebug } from '../util/debug.js';
import { findClientFolder } from './client-folder.js';

const debug = createDebug('socket.io:files');

const CLIENT = join('build', 'client');
const FLASH = join('client', 'flash', 'WebSocketMain.swf');

interface File {
  /** Relative to the folder of the package. */
  readonly file: string;
  readonly type: string;
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
  ['WebSocketMain.swf', { file: FLASH, type: 'application/x-shockwave-flash' }],
  [
    'lib/vendor/web-socket-js/WebSocketMain.swf',
    { file: FLASH, type: 'application/x-shockwave-flash' },
  ],
]);

interface Served extends File {
  readonly tag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

const cache = new Map<string, Served>();

function load(path: string): Served | null {
  const known = FILES.get(path);
  if (!known) return null;
  let served = cache.get(path);
  if (!served) {
    let plain;
    try {
      plain = readFileSync(join(findClientFolder() ?? '', known.file));
    } catch (error) {
      debug('cannot read: %s', error);
      return null;
    }
    const tag = createHash('sha1').update(plain).digest('hex').slice(0, 16);
    served = { ...known, tag, plain, gzipped: gzipSync(plain, { level: 9 }) };
    cache.set(path, served);
  }
  return served;
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
 * @returns false, without having responded, if `path` is not one of the files or the method is
 *   another
 */
export function serveClientFile(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const served = load(path);
  if (!served) return false;
  const isZipped = names(request.headers['accept-encoding'] ?? '', 'gzip');
  const body = isZipped ? served.gzipped : served.plain;
  const tag = `"${served.tag}${isZipped ? '-gzip' : ''}"`;
  const headers: Record<string, string | number> = {
    ETag: tag,
    Vary: 'Accept-Encoding, Origin',
    'Cache-Control': 'no-cache',
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
