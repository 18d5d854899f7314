import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { filesIn } from './imports.js';
import { readDoc } from './docs.js';
import { PACKAGE } from './example.js';

/** Phrases that readers of English as a second language stumble over, and what to write instead. */
const PHRASES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bwho(?:m)?ever\b/i, 'the client, the caller, the program'],
  [/\b(?:some|no)body\b/i, 'the client, the caller, another program'],
  [/\ba stranger\b|\bstrangers\b/i, 'untrusted input, an unknown client'],
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b)/i, 'is not a, does not have a'],
  [/\btells\b|\b(?:is|are|was|were|been|be) told\b/i, 'reports, returns, emits, contains'],
  [/\bturn(?:s|ed)? away\b/i, 'refuses, rejects'],
  [/\b(?:hangs|hung|hanging) up\b/i, 'closes the connection'],
  [/\bknock(?:s|ed)?\b/i, 'connects, requests'],
  [/\b(?:stands|stood) behind\b/i, 'follows'],
  [/\bspeaks\b/i, 'uses, supports'],
  [/\bsays\b/i, 'contains, describes, defines'],
  [/\bhears?\b/i, 'receives'],
  [/\bgoes on\b/i, 'continues'],
  [/\b(?:comes|came) back\b/i, 'returns, reconnects'],
  [/\b(?:gives|gave|given) up\b/i, 'stops, ends, counts as lost'],
  [/\bknows? nothing\b/i, 'does not depend on, does not have'],
  [/\bwhichever\b|\bthereupon\b/i, 'the, any, then'],
  [/\bsigns? of life\b/i, 'activity, progress'],
];

/** Sentences that use a phrase correctly, by file and a part of the line. */
const ALLOWED: readonly (readonly [file: string, text: string])[] = [];

/** Texts that people read: code, documents, examples. */
function filesToRead(): string[] {
  const files = ['lib', 'client', 'docs', 'example', '.github', '.ci'].flatMap(filesIn);
  const documents = readdirSync(PACKAGE).filter((name) => name.endsWith('.md'));
  return [...files, ...documents].filter((file) => !file.endsWith('.swf'));
}

/** The phrases in a text: the number of the line, the phrase, and what to write instead. */
function findPhrases(text: string): string[] {
  return text.split('\n').flatMap((line, i) =>
    PHRASES.flatMap(([phrase, instead]) => {
      const [found] = phrase.exec(line) ?? [];
      return found === undefined ? [] : [`${i + 1}: ${found} -> ${instead}`];
    }),
  );
}

describe('the language of code and documents', () => {
  it('avoids phrases that are hard to read', () => {
    const found = filesToRead().flatMap((file) => {
      const lines = readDoc(file).split('\n');
      const allowed = ALLOWED.filter(([name]) => name === file).map(([, text]) => text);
      const checked = lines.map((line) =>
        allowed.some((text) => line.includes(text)) ? '' : line,
      );
      return findPhrases(checked.join('\n')).map((one) => `${file}:${one}`);
    });
    expect(found).to.deep.equal([]);
  });

  it('still needs each exception', () => {
    const unused = ALLOWED.filter(([file, text]) => findPhrases(lineWith(file, text)).length === 0);
    expect(unused).to.deep.equal([]);
  });

  for (const [text, phrases] of [
    ['Turns away whoever knocks.', 3],
    ['A text that is no JSON.', 1],
    ['There is no answer, and the session is no longer open.', 0],
    ['The listener is told; nobody tells the client.', 2],
    ['The rule says which client speaks first, and the session goes on.', 3],
  ] as const) {
    it(`finds ${phrases} phrases in: ${text}`, () => {
      expect(findPhrases(text)).to.have.length(phrases);
    });
  }
});

/** The line of a file that contains a text. */
function lineWith(file: string, text: string): string {
  return (
    readDoc(file)
      .split('\n')
      .find((line) => line.includes(text)) ?? ''
  );
}
