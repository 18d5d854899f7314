/**
 * Builds the browser client: one script, readable and minified, that parses and runs in ES3.
 *
 *     node client/build.mjs
 *
 * TypeScript and current syntax are lowered by SWC, modules joined by rollup, and terser writes
 * reserved words the way Internet Explorer 8 needs them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { transformSync } from '@swc/core';
import { parse } from 'acorn';
import { rollup } from 'rollup';
import { minify } from 'terser';

const CLIENT = dirname(fileURLToPath(import.meta.url));
const OUT = resolve(CLIENT, '../build/client');

const BANNER = '/*! socket.io-node, MIT */';

/** What SWC would import from a package that needs ES5. */
const HELPERS = {
  '@swc/helpers/_/_inherits': `export function _(Sub, Super) {
    function Prototype() {}
    for (var name in Super) if (Object.prototype.hasOwnProperty.call(Super, name)) Sub[name] = Super[name];
    Prototype.prototype = Super.prototype;
    Sub.prototype = new Prototype();
    Sub.prototype.constructor = Sub;
  }`,
};

/** For bundlers, and for Node, which finds the names of a module's exports only by such lines. */
const NAMES = ['JSONP', 'setPath', 'Socket', 'Transport', 'util', 'version'];
const ENTRY = `var io = require('./socket.io.js');
${NAMES.map((name) => `exports.${name} = io.${name};`).join('\n')}
`;

/** Stands for the flashsocket when the size without it is measured. */
const NO_FLASH = 'export var FlashSocket;';

function lower(source, id) {
  const lowered = transformSync(source, {
    filename: id,
    sourceMaps: true,
    jsc: {
      parser: { syntax: 'typescript' },
      target: 'es5',
      loose: true,
      externalHelpers: true,
      assumptions: {
        noClassCalls: true,
        setPublicClassFields: true,
        superIsCallableConstructor: true,
      },
    },
    module: { type: 'es6' },
  });
  const code = lowered.code
    // A symbol's `typeof` needs help in ES5; in ES3 there is none.
    .replace(/typeof (\w+) === "undefined" \? "undefined" : _type_of\(\1\)/g, 'typeof $1')
    .replace(/_instanceof\((\w+), (\w+)\)/g, '$1 instanceof $2')
    .replace(/import .*_(type_of|instanceof)";/g, '')
    // A constructor of ours returns nothing.
    .replace(/return (\w+)\.apply\(this, arguments\) \|\| this;/, '$1.apply(this, arguments);')
    // Internet Explorer 8 puts the names of function expressions into the scope around them.
    .replace(/(_proto\.(\w+) = function) \2\(/g, '$1(');
  return { code, map: lowered.map };
}

function typescript({ hasFlash }) {
  return {
    name: 'typescript-to-es3',
    resolveId(source, importer) {
      if (source in HELPERS) return source;
      return importer && resolve(dirname(importer), source.replace(/\.js$/, '.ts'));
    },
    load(id) {
      if (id in HELPERS) return HELPERS[id];
      if (!hasFlash && id.endsWith('/flashsocket.ts')) return NO_FLASH;
      return readFileSync(id, 'utf8');
    },
    transform(code, id) {
      if (id in HELPERS) return null;
      // The codec uses the platform's JSON; here that may be ours.
      if (id.endsWith('/lib/frames.ts')) {
        code =
          "import { Json } from '../client/json.js';" +
          code.replace(/\bJSON\.stringify/g, 'Json.stringify');
      }
      return lower(code, id);
    },
  };
}

async function bundle(hasFlash) {
  const built = await rollup({
    input: resolve(CLIENT, 'browser.ts'),
    plugins: [typescript({ hasFlash })],
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
    sourcemap: true,
    generatedCode: 'es5',
  });
  const { code, map } = output[0];
  return { code: code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'), map };
}

const FORMAT = { ascii_only: true, ecma: 5 };

async function readable({ code }) {
  const result = await minify(code, {
    ie8: true,
    ecma: 5,
    compress: false,
    mangle: false,
    format: { ...FORMAT, preamble: BANNER, beautify: true, comments: /^[^#@]/ },
  });
  return result.code + '\n';
}

async function small({ code, map }) {
  return minify(code, {
    ie8: true,
    ecma: 5,
    compress: {
      passes: 3,
      hoist_funs: true,
      toplevel: true,
      pure_getters: true,
      typeofs: false,
      unsafe_proto: true,
    },
    mangle: { toplevel: true, properties: { regex: /^_[a-z]/, reserved: ['_onMessage'] } },
    format: FORMAT,
    sourceMap: { content: map, filename: 'socket.io.min.js', url: 'socket.io.min.js.map' },
  });
}

function gzipped(code) {
  // the comment that names the source map is nothing a page needs
  return gzipSync(code.replace(/\n\/\/# sourceMappingURL=.*$/, ''), { level: 9 }).length;
}

const full = await bundle(true);
const min = await small(full);
const files = {
  'socket.io.js': await readable(full),
  'socket.io.min.js': min.code,
  'socket.io.min.js.map': min.map,
  'index.js': ENTRY,
  'socket.io.d.ts': readFileSync(resolve(CLIENT, 'socket.io.d.ts'), 'utf8'),
};
mkdirSync(OUT, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  if (name.endsWith('.js'))
    parse(content, { ecmaVersion: 3, allowReserved: 'never', sourceType: 'script' });
  writeFileSync(resolve(OUT, name), content);
}

const sizes = {
  full: gzipped(min.code),
  withoutFlash: gzipped((await small(await bundle(false))).code),
};
console.log(
  `socket.io.js ${files['socket.io.js'].length} bytes; socket.io.min.js ${min.code.length} bytes, ` +
    `gzipped ${sizes.full}, without flashsocket ${sizes.withoutFlash}`,
);
