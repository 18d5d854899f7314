/**
 * The clients that the argument `except` of a broadcast leaves out; null: none. Numbers match ids
 * loosely, as in 0.6.
 */
export function excludeFilter(except: unknown): ((id: string) => boolean) | null {
  if (except === undefined || except === null || except === 0 || except === '') return null;
  if (Array.isArray(except)) {
    const ids = new Set(except.map(String));
    return (id) => ids.has(id);
  }
  if (typeof except === 'number') return (id) => Number(id) === except;
  return (id) => id === except;
}

/** The same as ids, for other processes: a number names the id of its text there. */
export function excludedIds(except: unknown): readonly string[] {
  if (except === undefined || except === null || except === 0 || except === '') return [];
  return (Array.isArray(except) ? except : [except]).map(String);
}
