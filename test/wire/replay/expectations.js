/** What may be expected of a connection, by its name in a step. @module */
'use strict';
const { checkHead } = require('./head.js');
const { parseBody, parseHead } = require('./http.js');
const { checkJsonp, takeScripts } = require('./literals.js');
const { fail, say } = require('./mismatch.js');
const { fill, hasHoles, match, template, toText } = require('./template.js');

/** Waits for what was recorded at the front of what `read` gives, and takes it away. */
async function takeText(wanted, { read, take, what }, harness, ms) {
  const filled = fill(template(wanted), harness.vars);
  // without holes, as many bytes are enough to decide
  const enough = hasHoles(filled) ? Infinity : filled.length;
  let size = -1;
  await harness.until(() => {
    size = match(filled, read(), harness.vars, false);
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
function expectSeen(connection, wanted, harness) {
  const source = {
    read: () => connection.log,
    take: (size) => connection.takeLog(size),
    what: 'raw bytes',
  };
  return takeText(wanted, source, harness, 500);
}

const EXPECTATIONS = {
  bytes(connection, wanted, harness, ms) {
    const source = {
      read: () => connection.raw,
      take: (size) => connection.takeRaw(size),
      what: 'bytes',
    };
    return takeText(wanted, source, harness, ms);
  },

  /** A whole response. */
  async http(connection, wanted, harness, ms) {
    let response;
    await harness.until(() => (response = takeResponse(connection)) || connection.isClosed, ms);
    if (!response) {
      const state = connection.isClosed ? 'closed' : 'open';
      fail(`no complete response, ${state} after ${say(toText(connection.raw))}`);
    }
    const { head, body } = response;
    checkHead(wanted, head, harness.vars);
    if ('jsonp' in wanted) checkJsonp(wanted.jsonp, body, harness);
    if ('size' in wanted && body.length < wanted.size) {
      fail(`body: wanted at least ${wanted.size} bytes, got ${body.length}`);
    }
    if ('body' in wanted && match(template(wanted.body), body, harness.vars, true) < 0) {
      fail(`body: wanted ${say(wanted.body)}, got ${say(toText(body))}`);
    }
  },

  /** The head of a response that goes on; `body`, `scripts` and `ended` read on from there. */
  async head(connection, wanted, harness, ms) {
    const head = await harness.until(() => parseHead(connection.raw), ms);
    if (!head) {
      const state = connection.isClosed ? ', closed' : '';
      fail(`no response head${state}: ${say(toText(connection.raw))}`);
    }
    connection.startBody(head);
    checkHead(wanted, head, harness.vars);
  },

  body(connection, wanted, harness, ms) {
    const source = {
      read: () => connection.readBody(),
      take: (size) => connection.takeBody(size),
      what: 'body',
    };
    return takeText(wanted, source, harness, ms);
  },

  scripts(connection, wanted, harness, ms) {
    return takeScripts(wanted, connection, harness, ms);
  },

  /** By its last chunk, or by a close. */
  async ended(connection, _wanted, harness, ms) {
    const isEnded = () => connection.isBodyEnded || connection.isClosed;
    await harness.until(() => connection.readBody() || isEnded(), ms);
    const left = connection.readBody();
    if (left || !isEnded()) fail(`body not ended: ${say(toText(left))}`);
  },

  async closed(connection, _wanted, harness, ms) {
    await harness.until(() => connection.isClosed || connection.raw, ms);
    if (connection.raw) fail(`wanted a close, got ${say(toText(connection.raw))}`);
    if (!connection.isClosed) fail('not closed');
  },

  /** Open, and silent for that long. */
  async quiet(connection, duration, harness) {
    await harness.until(() => connection.read() || connection.isClosed, duration);
    const got = connection.read();
    if (got) fail(`not quiet: ${say(toText(got))}`);
    if (connection.isClosed) fail('closed');
  },

  /** Turned away: a status of 400 and above, or closed without an answer. */
  async refused(connection, _wanted, harness, ms) {
    await harness.until(() => parseHead(connection.raw) || connection.isClosed, ms);
    const { raw, isClosed } = connection;
    const head = parseHead(raw);
    const isRefused = head ? head.status >= 400 : isClosed && raw === '';
    if (!isRefused) fail(`not turned away: ${head ? head.line : 'still open'} ${say(toText(raw))}`);
    connection.takeRaw(raw.length);
  },
};

module.exports = { EXPECTATIONS, expectSeen };
