/** The texts of a payload; throws for anything but whole messages. */
export function parsePayload(payload: string): string[] {
  const texts: string[] = [];
  for (let rest = payload; rest !== '';) {
    const [mark, length] = /^~m~(0|[1-9]\d*)~m~/.exec(rest) ?? [];
    if (mark === undefined) throw new Error(`Expected a message, got ${JSON.stringify(rest)}`);
    const end = mark.length + Number(length);
    if (end > rest.length) throw new Error(`Expected ${length} code units, got ${rest}`);
    texts.push(rest.slice(mark.length, end));
    rest = rest.slice(end);
  }
  return texts;
}

/** A payload that holds `texts`. */
export function framed(...texts: string[]): string {
  return texts.map((text) => `~m~${text.length}~m~${text}`).join('');
}

/** Reads a text as a client of 2011 does; heartbeats stay as they are. */
export function readText(text: string): unknown {
  return text.startsWith('~j~') ? JSON.parse(text.slice(3)) : text;
}
