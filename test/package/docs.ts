/**
 * The documents of the project, in a form that tests can read.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE } from './example.js';

export function readDoc(name: string): string {
  return readFileSync(join(PACKAGE, name), 'utf8');
}

function docsIn(folder: string): string[] {
  return readdirSync(join(PACKAGE, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** All documents: those at the top, and those in `docs/`. */
export function docs(): string[] {
  return [...docsIn(''), ...docsIn('docs')];
}

/** The code blocks of a language, in order. */
export function codeBlocks(text: string, language: string): string[] {
  const fences = text.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...fences].filter(([, lang]) => lang === language).map(([, , code]) => code ?? '');
}

/** A heading, and the text below it up to the next heading. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly text: string;
}

export function sections(text: string): Section[] {
  const withoutCode = text.replace(/^```.*?^```$/gms, '');
  const parts = withoutCode.matchAll(/^(#+) (.+)\n((?:(?!#+ ).*\n?)*)/gm);
  return [...parts].map(([, hashes = '', title = '', below = '']) => ({
    level: hashes.length,
    title,
    text: below,
  }));
}

/** The rows of all tables in a text, without their heads, cell by cell. */
export function tableRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** As {@link tableRows}, of the section whose title is or contains `title`; without backquotes. */
export function rowsBelow(text: string, title: string): string[][] {
  const found = sections(text).find((section) => section.title.includes(title));
  return tableRows(found?.text ?? '').map((cells) => cells.map((cell) => cell.replaceAll('`', '')));
}

/** The texts in backquotes. */
export function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The fragment of a link to a heading. */
export function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\w\s-]/g, '');
  return words.trim().replaceAll(' ', '-');
}
