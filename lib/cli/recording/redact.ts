/** Removes secrets from what is recorded. @module */
import { toJsonText } from '../json-text.js';
import { REDACTED, SESSION_ID } from './recording.js';

/** Names of members whose values are secrets. */
const SECRET =
  /pass(?:word|phrase|wd)|secret|token|cookie|authorization|credential|api[-_]?key|session[-_]?(?:id|key)|\bsid\b/i;
/** Shorter ids may occur in a text by chance. */
const SHORTEST_ID = 8;

type Members = Record<string, unknown>;

/** Replaces the secrets of a value of `JSON.parse`, however deep it is. */
function redactMembers(root: unknown): void {
  const rest = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      const isText = typeof member === 'string' && member !== SESSION_ID;
      if (isText && !Array.isArray(value) && SECRET.test(name)) (value as Members)[name] = REDACTED;
      else rest.push(member);
    }
  }
}

/**
 * A line of JSON without secrets: the texts of members with the name of a secret are replaced, and
 * the ids of sessions wherever they occur.
 *
 * @param entry is not modified
 */
export function toRedactedJson(entry: object, sessionIds: Iterable<string>): string {
  let text = toJsonText(entry);
  for (const id of sessionIds) {
    const escaped = JSON.stringify(id).slice(1, -1);
    if (id.length >= SHORTEST_ID) text = text.replaceAll(escaped, SESSION_ID);
  }
  if (!SECRET.test(text)) return text;
  const copy = JSON.parse(text) as unknown;
  redactMembers(copy);
  return toJsonText(copy);
}
