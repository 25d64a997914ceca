// The parts of sql_mode that change how text is read. Other modes (STRICT_TRANS_TABLES ...) change what a statement
// does and are no business of this room.

/** A set of `Mode` bits. */
export type Modes = number;

export const Mode = {
  /** `"` quotes identifiers instead of strings. */
  ansiQuotes: 1,
  /** `||` is string concatenation instead of OR. */
  pipesAsConcat: 2,
  /** `\` inside a string is an ordinary character. */
  noBackslashEscapes: 4,
  /** NOT binds as tightly as `!`. */
  highNotPrecedence: 8,
  /** Blanks are allowed between a built-in function's name and its parenthesis. */
  ignoreSpace: 16,
} as const;

/** The modes a MySQL 8.4 server starts with: none of those above. */
export const DEFAULT_MODES: Modes = 0;

const BITS_BY_NAME = new Map<string, Modes>([
  ['ANSI_QUOTES', Mode.ansiQuotes],
  ['PIPES_AS_CONCAT', Mode.pipesAsConcat],
  ['NO_BACKSLASH_ESCAPES', Mode.noBackslashEscapes],
  ['HIGH_NOT_PRECEDENCE', Mode.highNotPrecedence],
  ['IGNORE_SPACE', Mode.ignoreSpace],
  ['ANSI', Mode.ansiQuotes | Mode.pipesAsConcat | Mode.ignoreSpace],
]);

/** The bits of a comma-separated sql_mode value, in any case; names without a bit here are passed over. */
export function modesOf(sqlMode: string): Modes {
  let modes = 0;
  for (const name of sqlMode.toUpperCase().split(',')) modes |= BITS_BY_NAME.get(name.trim()) ?? 0;
  return modes;
}
