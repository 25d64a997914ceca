// Statements as lists and logs show them: without passwords.

/** Words that a statement with a password, or with the hash of one, contains. */
const MAY_HAVE_SECRET = /\b(identified|password)\b/i;
/** What a reader of a list sees in place of a secret; MySQL shows the same. */
const HIDDEN = "'<secret>'";
const LITERAL = /'(?:[^'\\]|\\.|'')*(?:'|$)|"(?:[^"\\]|\\.|"")*(?:"|$)/gs;

/**
 * The text with every string literal hidden, when it is a statement that may hold a password: one about accounts, or one that prepares such a
 * one. Other texts come back as they are.
 */
export function withoutSecrets(text: string): string {
  return MAY_HAVE_SECRET.test(text) ? text.replace(LITERAL, HIDDEN) : text;
}
