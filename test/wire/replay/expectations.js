/** What may be expected of a connection, by its name in a step. @module */
'use strict';
const { checkHead } = require('./head.js');
const { parseBody, parseHead } = require('./http.js');
const { checkJsonp, takeScripts } = require('./literals.js');
const { fail, say } = require('./mismatch.js');
const { fill, hasHoles, match, template, toText } = require('./template.js');

/** Waits for what was recorded at the front of what `read` gives, and takes it away. */
async function takeText(wanted, { read, take, what }, rig, ms) {
  const filled = fill(template(wanted), rig.vars);
  // without holes, as many bytes are enough to tell
  const enough = hasHoles(filled) ? Infinity : filled.length;
  let size = -1;
  await rig.until(() => {
    size = match(filled, read(), rig.vars, false);
    return size >= 0 || read().length >= enough;
  }, ms);
  if (size < 0) fail(`${what}: wanted ${say(toText(filled))}, got ${say(toText(read()))}`);
  take(size);
}

/** The response at the front of what came; undefined while it is not complete. */
function takeResponse(connection) {
  const head = parseHead(connection.raw);
  if (!head) return undefined;
  const bytes = connection.raw.slice(head.size);
  const { body, size, isEnded } = parseBody(bytes, head, connection.isClosed);
  if (!isEnded) return undefined;
  connection.takeRaw(head.size + size);
  return { head, body };
}

/** Compares the bytes as they came, for those who recorded them. */
function expectSeen(connection, wanted, rig) {
  const source = {
    read: () => connection.log,
    take: (size) => connection.takeLog(size),
    what: 'raw bytes',
  };
  return takeText(wanted, source, rig, 500);
}

const EXPECTATIONS = {
  bytes(connection, wanted, rig, ms) {
    const source = {
      read: () => connection.raw,
      take: (size) => connection.takeRaw(size),
      what: 'bytes',
    };
    return takeText(wanted, source, rig, ms);
  },

  /** A whole response. */
  async http(connection, wanted, rig, ms) {
    let response;
    await rig.until(() => (response = takeResponse(connection)) || connection.isClosed, ms);
    if (!response) {
      const state = connection.isClosed ? 'closed' : 'open';
      fail(`no complete response, ${state} after ${say(toText(connection.raw))}`);
    }
    const { head, body } = response;
    checkHead(wanted, head, rig.vars);
    if ('jsonp' in wanted) checkJsonp(wanted.jsonp, body, rig);
    if ('size' in wanted && body.length < wanted.size) {
      fail(`body: wanted at least ${wanted.size} bytes, got ${body.length}`);
    }
    if ('body' in wanted && match(template(wanted.body), body, rig.vars, true) < 0) {
      fail(`body: wanted ${say(wanted.body)}, got ${say(toText(body))}`);
    }
  },

  /** The head of a response that goes on; `body`, `scripts` and `ended` read on from there. */
  async head(connection, wanted, rig, ms) {
    const head = await rig.until(() => parseHead(connection.raw), ms);
    if (!head) {
      const state = connection.isClosed ? ', closed' : '';
      fail(`no response head${state}: ${say(toText(connection.raw))}`);
    }
    connection.startBody(head);
    checkHead(wanted, head, rig.vars);
  },

  body(connection, wanted, rig, ms) {
    const source = {
      read: () => connection.readBody(),
      take: (size) => connection.takeBody(size),
      what: 'body',
    };
    return takeText(wanted, source, rig, ms);
  },

  scripts(connection, wanted, rig, ms) {
    return takeScripts(wanted, connection, rig, ms);
  },

  /** By its last chunk, or by a close. */
  async ended(connection, _wanted, rig, ms) {
    const isEnded = () => connection.isBodyEnded || connection.isClosed;
    await rig.until(() => connection.readBody() || isEnded(), ms);
    const left = connection.readBody();
    if (left || !isEnded()) fail(`body not ended: ${say(toText(left))}`);
  },

  async closed(connection, _wanted, rig, ms) {
    await rig.until(() => connection.isClosed || connection.raw, ms);
    if (connection.raw) fail(`wanted a close, got ${say(toText(connection.raw))}`);
    if (!connection.isClosed) fail('not closed');
  },

  /** Open, and silent for that long. */
  async quiet(connection, duration, rig) {
    await rig.until(() => connection.read() || connection.isClosed, duration);
    const got = connection.read();
    if (got) fail(`not quiet: ${say(toText(got))}`);
    if (connection.isClosed) fail('closed');
  },

  /** Turned away: a status of 400 and above, or closed without an answer. */
  async refused(connection, _wanted, rig, ms) {
    await rig.until(() => parseHead(connection.raw) || connection.isClosed, ms);
    const { raw, isClosed } = connection;
    const head = parseHead(raw);
    const isRefused = head ? head.status >= 400 : isClosed && raw === '';
    if (!isRefused) fail(`not turned away: ${head ? head.line : 'still open'} ${say(toText(raw))}`);
    connection.takeRaw(raw.length);
  },
};

module.exports = { EXPECTATIONS, expectSeen };
