// What the server must have sent.
'use strict';
const { headerProblem, isHead, parseBody, parseHead } = require('./http.js');
const { jsonp, literal } = require('./literals.js');
const { fail, say, takeText } = require('./mismatch.js');
const { match, template, text } = require('./template.js');

const EXPECT = {
  async bytes(rig, conn, want, ms) {
    await takeText(
      rig,
      template(want),
      () => conn.raw,
      (n) => {
        conn.raw = conn.raw.slice(n);
      },
      ms,
      'bytes',
    );
  },

  // a whole response
  async http(rig, conn, want, ms) {
    const res = await rig.until(() => {
      const head = parseHead(conn.raw);
      const body = head && parseBody(conn.raw.slice(head.size), head, conn.closed);
      return body && body.ended ? { head, body } : conn.closed && { closed: true };
    }, ms);
    if (!res || res.closed)
      fail(`no complete response, ${res ? 'closed' : 'open'} after ${say(text(conn.raw))}`);
    const { head, body } = res;
    conn.raw = conn.raw.slice(head.size + body.size);
    if (!isHead(head.status, want.status))
      fail(`status: wanted ${want.status}, got ${head.status}`);
    const problem = headerProblem(want.headers || {}, head.headers, rig.vars);
    if (problem) fail(problem);
    if ('jsonp' in want) return jsonp(want.jsonp, body.body, rig);
    if ('size' in want && body.body.length < want.size)
      fail(`body: wanted at least ${want.size} bytes, got ${body.body.length}`);
    if ('body' in want && match(template(want.body), body.body, rig.vars, true) < 0)
      fail(`body: wanted ${say(want.body)}, got ${say(text(body.body))}`);
  },

  // the head of a response that goes on; `body` and `scripts` read on from there
  async head(rig, conn, want, ms) {
    const head = await rig.until(() => parseHead(conn.raw), ms);
    if (!head) fail(`no response head${conn.closed ? ', closed' : ''}: ${say(text(conn.raw))}`);
    conn.raw = conn.raw.slice(head.size);
    conn.head = head.status === 101 ? null : head;
    conn.stream = '';
    if (!isHead(head.status, want.status))
      fail(`status: wanted ${want.status}, got ${head.status}`);
    const problem = headerProblem(want.headers || {}, head.headers, rig.vars);
    if (problem) fail(problem);
  },

  async body(rig, conn, want, ms) {
    await takeText(
      rig,
      template(want),
      () => stream(conn),
      (n) => {
        conn.stream = conn.stream.slice(n);
      },
      ms,
      'body',
    );
  },

  // htmlfile: what comes before the first message, at least that many bytes of HTML
  async page(rig, conn, size, ms) {
    await rig.until(() => stream(conn).length >= size, ms);
    const first = /<script>(_|parent\.s\._)\("/.exec(conn.stream);
    const page = first ? conn.stream.slice(0, first.index) : conn.stream;
    if (page.length < size || !/^\s*(<!doctype html>\s*)?<html>/i.test(page))
      fail(`page: wanted ${size} bytes of HTML, got ${say(text(conn.stream))}`);
    conn.short = /\b_ *=|function _\b/.test(page);
    conn.stream = conn.stream.slice(page.length);
  },

  // htmlfile: the argument of every <script>_(ARGUMENT);</script> or parent.s._(ARGUMENT, document)
  async scripts(rig, conn, want, ms) {
    for (const data of want) {
      const found = await rig.until(
        () =>
          /^\s*<script>(?:(_)\(([\s\S]*?)\)|parent\.s\._\(([\s\S]*?), ?document\));?<\/script>/.exec(
            stream(conn),
          ),
        ms,
      );
      if (!found) fail(`script: wanted ${say(data)}, got ${say(text(stream(conn)))}`);
      if (found[1] && !conn.short) fail('script calls _, which the page has not defined');
      conn.stream = conn.stream.slice(found[0].length);
      literal(data, text(found[2] || found[3]), rig, /<\/|<!--|[\u2028\u2029]/);
    }
  },

  // a flash policy file: its entries, [domain, ports]; blanks between the tags do not matter
  async policy(rig, conn, want, ms) {
    await rig.until(() => conn.closed || /<\/cross-domain-policy>\s*$/.test(conn.raw), ms);
    const got = conn.raw.replace(/>\s+</g, '><').trim();
    const entries = want
      .map(([domain, ports]) => `<allow-access-from domain="${domain}" to-ports="${ports}"/>`)
      .join('');
    if (
      got !==
      '<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">' +
        `<cross-domain-policy>${entries}</cross-domain-policy>`
    )
      fail(`policy: wanted ${say(want)}, got ${say(text(got))}`);
    conn.raw = '';
  },

  // RFC 6455: the next frames of the server: a text, or { op, data } for any other opcode
  async frames(rig, conn, want, ms) {
    for (const item of want) {
      const got = await rig.until(() => parseFrame(conn.raw) || conn.closed, ms);
      if (!got || got === true)
        fail(
          `frame: wanted ${say(item)}, got ${got ? 'a close after ' : ''}${say(text(conn.raw))}`,
        );
      if (got.error) fail(`frame: ${got.error}: ${say(text(conn.raw))}`);
      conn.raw = conn.raw.slice(got.size);
      const { op, data } = item.op === undefined ? { op: 1, data: item } : item;
      if (
        got.op !== op ||
        (data !== undefined && match(template(data), got.data, rig.vars, true) < 0)
      )
        fail(`frame: wanted ${say(item)}, got opcode ${got.op} ${say(text(got.data))}`);
    }
  },

  async ended(rig, conn, want, ms) {
    // end of a streamed body, by chunk or by close
    const ok = await rig.until(() => (stream(conn), conn.done || conn.closed), ms);
    if (!ok || conn.stream) fail(`body not ended: ${say(text(stream(conn)))}`);
  },

  async closed(rig, conn, want, ms) {
    await rig.until(() => conn.closed || conn.raw, ms);
    if (conn.raw) fail(`wanted a close, got ${say(text(conn.raw))}`);
    if (!conn.closed) fail('not closed');
  },

  async quiet(rig, conn, ms) {
    if (conn.head) stream(conn);
    const got = await rig.until(
      () => (conn.head ? stream(conn) || conn.closed : conn.raw || conn.closed),
      ms,
    );
    if (got) fail(got === true ? 'closed' : `not quiet: ${say(text(got))}`);
  },

  // turned away: a status of 400 and above, or closed without an answer
  async refused(rig, conn, want, ms) {
    await rig.until(() => parseHead(conn.raw) || conn.closed, ms);
    const head = parseHead(conn.raw);
    if (!(head ? head.status >= 400 : conn.closed && !conn.raw))
      fail(`not turned away: ${head ? head.line : 'still open'} ${say(text(conn.raw))}`);
    conn.raw = '';
  },
};

// one whole message of the server at the front of raw; undefined while there is not enough
function parseFrame(raw) {
  const byte = (i) => raw.charCodeAt(i);
  let at = 0,
    data = '',
    op;
  for (;;) {
    if (raw.length < at + 2) return undefined;
    const first = byte(at),
      short = byte(at + 1);
    if (first & 0x70) return { error: 'reserved bits' };
    if (short & 0x80) return { error: 'masked by the server' };
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (raw.length < at + 2 + wide) return undefined;
    let size = wide ? 0 : short;
    for (let i = 0; i < wide; i++) size = size * 256 + byte(at + 2 + i);
    if (raw.length < at + 2 + wide + size) return undefined;
    if (op === undefined) op = first & 15;
    data += raw.slice(at + 2 + wide, at + 2 + wide + size);
    at += 2 + wide + size;
    if (first & 0x80) return { op, data, size: at };
  }
}

// decoded body so far of a streaming response
function stream(conn) {
  if (!conn.done) {
    const part = parseBody(conn.raw, conn.head, conn.closed);
    conn.raw = conn.raw.slice(part.size);
    conn.stream += part.body;
    conn.done = part.ended;
  }
  return conn.stream;
}

module.exports = { EXPECT, stream };
