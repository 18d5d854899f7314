/** The same as `digest` in page/harness.js: FNV-1a over UTF-16 code units, with the length. */
export function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return `${text.length}:${hash.toString(16)}`;
}

/** The same as `block` in page/harness.js: a long text that both sides can generate. */
export function block(length: number, seed: number): string {
  const line = 'The quick brown fox ~m~5~m~ <b>é日本\u{1F600}</b> 100% & "more"+\\ ';
  let text = '';
  for (let i = seed; text.length < length; i++) text += line + i;
  return text.slice(0, length);
}
