/**
 * Finds the name that a caller probably meant.
 *
 * @module
 */

/** Longest name that is compared: the time grows with the product of the lengths. */
const MAX_LENGTH = 64;

/** The number of insertions, deletions and replacements that turn one text into the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replacement = row[j]! + (one[i] === other[j] ? 0 : 1);
      next.push(Math.min(replacement, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

/**
 * The most similar of `names`, without regard to case; undefined if none is similar. A similar name
 * differs in at most a third of its characters.
 *
 * @example closestName('origin', ['origins', 'log']) // 'origins'
 */
export function closestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  let closest: string | undefined;
  let least = Infinity;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least && distance * 3 <= candidate.length) {
      closest = candidate;
      least = distance;
    }
  }
  return closest;
}
