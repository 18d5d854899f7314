/**
 * Reads the payloads in the bodies of streams, as the clients of these transports do.
 *
 * @module
 */

/** Reads one stream: returns the payloads that a piece of its body completes. */
export type StreamReader = (text: string) => readonly string[];

/** The part of a script that is its payload. */
const HTMLFILE = /^parent\.s\._\((".*"), document\);$/s;
const PART_HEAD = 'Content-Type: text/plain\n\n';

/** Splits a stream at `separator`. */
function splitting(
  separator: string,
  payloadOf: (block: string) => string | undefined,
): StreamReader {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).split(separator);
    rest = blocks.pop() ?? '';
    return blocks.map(payloadOf).filter((payload) => payload !== undefined);
  };
}

/** A script; the blanks before the first one make browsers render the page. */
function scriptPayload(block: string): string {
  const script = block.slice(block.indexOf('<script>') + '<script>'.length);
  const literal = HTMLFILE.exec(script)?.[1];
  if (literal === undefined) throw new Error(`Expected a script with a payload, got ${script}`);
  return JSON.parse(literal) as string;
}

/** A part; nothing is before the first boundary. */
function partPayload(block: string): string | undefined {
  if (block === '') return undefined;
  if (!block.startsWith(PART_HEAD)) throw new Error(`Expected a part, got ${block}`);
  return block.slice(PART_HEAD.length, -1);
}

/** The lines of data of an event. */
function eventPayload(block: string): string {
  const lines = block.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => line.slice('data: '.length)).join('\n');
}

const READERS: Readonly<Record<string, () => StreamReader>> = {
  htmlfile: () => splitting('</script>', scriptPayload),
  'xhr-multipart': () => splitting('--socketio\n', partPayload),
  'server-events': () => splitting('\n\n', eventPayload),
};

/** A reader for a transport; undefined if it is not a streaming one. */
export function createStreamReader(transport: string): StreamReader | undefined {
  return READERS[transport]?.();
}

/** The payload in the script that answers a poll of jsonp-polling. */
export function readJsonp(body: string): string {
  const literal = /^io\.(?:j|JSONP)\[\d+\](?:\._)?\((".*")\);$/s.exec(body)?.[1];
  if (literal === undefined) throw new Error(`Expected a call with a payload, got ${body}`);
  return JSON.parse(literal) as string;
}
