/**
 * The papers of the project, as something that tests can read.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE } from './example.js';

export function paper(name: string): string {
  return readFileSync(join(PACKAGE, name), 'utf8');
}

/** The code blocks of a language, in order. */
export function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...fences].filter(([, lang]) => lang === language).map(([, , code]) => code ?? '');
}

/** The rows of every table below a heading, without their heads; cells without backquotes. */
export function rows(text: string, heading: string): string[][] {
  const [, below = ''] = text.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const section = below.split(/^#/m)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

/** The name that a link to a heading has. */
export function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\w\s-]/g, '');
  return words.trim().replaceAll(' ', '-');
}
