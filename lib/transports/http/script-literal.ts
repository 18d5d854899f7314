/** What must not stand raw in a script that stands in a page: ends of scripts, comments, lines. */
const UNSAFE_IN_SCRIPT = /[<\u2028\u2029]/g;

/**
 * A string literal that is safe in a script, inline or not, and is JSON as well.
 *
 * 0.6.18 let `</script>` through (script injection) and U+2028 (a broken script).
 */
export function scriptLiteral(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE_IN_SCRIPT,
    (character) => '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
