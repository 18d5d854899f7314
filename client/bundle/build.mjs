/**
 * Builds the browser client: one script, readable and minified, that parses and runs in ES3
 * engines.
 *
 *     node client/bundle/build.mjs
 *
 * SWC lowers TypeScript and current syntax, classes.mjs lowers classes, rollup joins the modules,
 * and terser minifies, with the names of names.mjs for private properties. Terser also quotes
 * reserved words for Internet Explorer 8.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { transformSync } from '@swc/core';
import { parse } from 'acorn';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { DERIVE, deriveClasses } from './classes.mjs';
import { notePrivateNames, shortNames } from './names.mjs';

const CLIENT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = resolve(CLIENT, '../build/client');

/** The size limits in bytes, minified and gzipped. */
const LARGEST = {
  full: 8000,
  withoutFlash: 6000,
  delivery: 8500,
  deliveryWithoutFlash: 7700,
};

const BANNER = '/*! socket.io-node, MIT */';

/** For bundlers and for Node, which detects the names of CommonJS exports by such lines. */
const NAMES = ['JSONP', 'setPath', 'Socket', 'Transport', 'util', 'version'];
const entry = (script) => `var io = require('./${script}');
${NAMES.map((name) => `exports.${name} = io.${name};`).join('\n')}
`;

/** Replaces the flashsocket when the size without it is measured. */
const NO_FLASH = 'export var FlashSocket, setPath;';

/** The id of the virtual module that contains `derive`. */
const HELPER = resolve(CLIENT, 'core/derive.ts');

/** The module whose `Socket` the build with delivery has instead. */
const DELIVERY = resolve(CLIENT, 'core/delivery/socket.ts');

/** The values of `CloseKind`, which terser does not insert. */
const CLOSE_KINDS = ['LOST', 'LOCAL', 'UNLOADED'];

function swc(source, syntax, target) {
  return transformSync(source, {
    jsc: {
      parser: { syntax },
      target,
      loose: true,
      externalHelpers: true,
      transform: { useDefineForClassFields: false },
    },
    module: { type: 'es6' },
  }).code;
}

function lower(source) {
  return (
    swc(deriveClasses(swc(source, 'typescript', 'es2022')), 'ecmascript', 'es5')
      // SWC wraps `typeof` for symbols, which do not exist in ES3.
      .replace(/typeof (\w+) === "undefined" \? "undefined" : _type_of\(\1\)/g, 'typeof $1')
      .replace(/_instanceof\((\w+), (\w+)\)/g, '$1 instanceof $2')
      .replace(/import .*_(type_of|instanceof)";/g, '')
      // Internet Explorer 8 adds the names of function expressions to the enclosing scope.
      .replace(/(\b(\w+): function) \2\(/g, '$1(')
  );
}

function typescript({ hasFlash, hasDelivery }) {
  return {
    name: 'typescript-to-es3',
    resolveId(source, importer) {
      if (source === 'derive') return HELPER;
      if (hasDelivery && source === '../core/socket.js' && importer.endsWith('/browser/io.ts')) {
        return DELIVERY;
      }
      return importer && resolve(dirname(importer), source.replace(/\.js$/, '.ts'));
    },
    load(id) {
      if (id === HELPER) return DERIVE;
      if (!hasFlash && id.endsWith('/flashsocket.ts')) return NO_FLASH;
      const source = readFileSync(id, 'utf8');
      notePrivateNames(source, id);
      return source;
    },
    transform(code, id) {
      // The codec uses the global `JSON`, which old browsers do not have.
      if (id.endsWith('/lib/protocol/frames.ts')) {
        code =
          "import { Json } from '../../client/core/json.js';" +
          code.replace(/\bJSON\.stringify/g, 'Json.stringify');
      }
      code = code.replace(/\bCloseKind\.([A-Z]+)\b/g, (_, name) => CLOSE_KINDS.indexOf(name));
      return lower(code);
    },
  };
}

async function bundle(parts) {
  const built = await rollup({
    input: resolve(CLIENT, 'browser/index.ts'),
    plugins: [typescript(parts)],
    treeshake: { propertyReadSideEffects: false },
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const { output } = await built.generate({
    format: 'iife',
    strict: false,
    esModule: false,
    freeze: false,
    externalLiveBindings: false,
    generatedCode: 'es5',
  });
  return output[0].code;
}

const FORMAT = { ascii_only: true, ecma: 5, quote_style: 2 };

async function readable(code) {
  const result = await minify(code, {
    ie8: true,
    ecma: 5,
    compress: false,
    mangle: false,
    format: { ...FORMAT, preamble: BANNER, beautify: true, comments: /^[^#@]/ },
  });
  return result.code + '\n';
}

/** Minifies; the source map refers to the readable script. */
async function small(code) {
  const source = { 'socket.io.js': code };
  const props = shortNames(code);
  return minify(source, {
    ie8: true,
    ecma: 5,
    compress: {
      passes: 3,
      hoist_funs: true,
      toplevel: true,
      pure_getters: true,
      typeofs: false,
      unsafe_proto: true,
      // These two only improve the compression by gzip.
      keep_fargs: false,
      lhs_constants: false,
    },
    // Keeping the name `i` makes all loops begin alike, which gzip compresses best.
    mangle: {
      toplevel: true,
      reserved: ['i'],
      properties: { regex: /^_[a-z]/, reserved: ['_onMessage'] },
    },
    nameCache: { props: { props } },
    format: { ...FORMAT, comments: false },
    sourceMap: { filename: 'socket.io.min.js', asObject: true },
  });
}

function gzipped(code) {
  return gzipSync(code, { level: 9 }).length;
}

const full = await readable(await bundle({ hasFlash: true }));
const { code: min, map } = await small(full);
const withoutFlash = await small(await readable(await bundle({ hasFlash: false })));
// Without a readable version and a source map, which would double the size of the package.
const delivery = await small(await readable(await bundle({ hasFlash: true, hasDelivery: true })));
const smallest = await small(await readable(await bundle({ hasFlash: false, hasDelivery: true })));
// Without the names, which are a quarter of its size. lib/static/client-files.ts serves it.
const files = {
  'socket.io.js': full,
  'socket.io.min.js': min,
  'socket.io.map.json': JSON.stringify({ ...map, names: [] }),
  'socket.io.delivery.min.js': delivery.code,
  'index.js': entry('socket.io.js'),
  'delivery.js': entry('socket.io.delivery.min.js'),
  'socket.io.d.ts': readFileSync(resolve(CLIENT, 'socket.io.d.ts'), 'utf8'),
  'socket.io.delivery.d.ts': readFileSync(resolve(CLIENT, 'socket.io.delivery.d.ts'), 'utf8'),
};
mkdirSync(OUT, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  if (name.endsWith('.js'))
    parse(content, { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
  writeFileSync(resolve(OUT, name), content);
}

const sizes = {
  full: gzipped(min),
  withoutFlash: gzipped(withoutFlash.code),
  delivery: gzipped(delivery.code),
  deliveryWithoutFlash: gzipped(smallest.code),
};
console.log(
  `socket.io.js ${files['socket.io.js'].length} bytes; socket.io.min.js ${min.length} bytes, ` +
    `gzipped ${sizes.full}, without flashsocket ${sizes.withoutFlash}; with delivery ` +
    `${sizes.delivery} and ${sizes.deliveryWithoutFlash}`,
);
for (const [name, limit] of Object.entries(LARGEST)) {
  if (sizes[name] > limit) throw new Error(`Expected at most ${limit} bytes, got ${sizes[name]}`);
}
