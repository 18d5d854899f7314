/** HTTP responses, taken apart by hand: what is compared is the wire. @module */
'use strict';

/** The head at the start of `bytes`; undefined while it is not complete. */
function parseHead(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line, ...lines] = bytes.slice(0, end).split('\r\n');
  const headers = {};
  for (const header of lines) {
    const colon = header.indexOf(':');
    const name = header.slice(0, colon).toLowerCase();
    const value = header.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { line, status: Number(line.split(' ')[1]), headers, size: end + 4 };
}

function parseChunks(bytes) {
  let body = '';
  let at = 0;
  for (;;) {
    const eol = bytes.indexOf('\r\n', at);
    const size = eol < 0 ? NaN : Number.parseInt(bytes.slice(at, eol), 16);
    const isComplete = size >= 0 && bytes.length >= eol + 4 + size;
    if (!isComplete) return { body, size: at, isEnded: false };
    body += bytes.slice(eol + 2, eol + 2 + size);
    at = eol + 4 + size;
    if (size === 0) return { body, size: at, isEnded: true };
  }
}

/** What can be decoded of the body at the start of `bytes`, and how many of them that takes. */
function parseBody(bytes, { status, headers }, isClosed) {
  if (status === 304 || status === 204) return { body: '', size: 0, isEnded: true };
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return parseChunks(bytes);
  if ('content-length' in headers) {
    const length = Number(headers['content-length']);
    const body = bytes.slice(0, length);
    return { body, size: body.length, isEnded: bytes.length >= length };
  }
  return { body: bytes, size: bytes.length, isEnded: isClosed };
}

module.exports = { parseBody, parseHead };
