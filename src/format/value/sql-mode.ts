// The bits of `sql_mode`. The numbers are our own and live in sessions only; names and meaning are MySQL's.

export const SqlMode = {
  realAsFloat: 1 << 0,
  pipesAsConcat: 1 << 1,
  ansiQuotes: 1 << 2,
  ignoreSpace: 1 << 3,
  onlyFullGroupBy: 1 << 4,
  noUnsignedSubtraction: 1 << 5,
  noDirInCreate: 1 << 6,
  ansi: 1 << 7,
  noAutoValueOnZero: 1 << 8,
  noBackslashEscapes: 1 << 9,
  strictTransTables: 1 << 10,
  strictAllTables: 1 << 11,
  noZeroInDate: 1 << 12,
  noZeroDate: 1 << 13,
  allowInvalidDates: 1 << 14,
  errorForDivisionByZero: 1 << 15,
  traditional: 1 << 16,
  highNotPrecedence: 1 << 17,
  noEngineSubstitution: 1 << 18,
  padCharToFullLength: 1 << 19,
  timeTruncateFractional: 1 << 20,
} as const;

/** Names in the order in which `@@sql_mode` prints them. */
const NAMES: readonly (readonly [name: string, bit: number])[] = [
  ['REAL_AS_FLOAT', SqlMode.realAsFloat],
  ['PIPES_AS_CONCAT', SqlMode.pipesAsConcat],
  ['ANSI_QUOTES', SqlMode.ansiQuotes],
  ['IGNORE_SPACE', SqlMode.ignoreSpace],
  ['ONLY_FULL_GROUP_BY', SqlMode.onlyFullGroupBy],
  ['NO_UNSIGNED_SUBTRACTION', SqlMode.noUnsignedSubtraction],
  ['NO_DIR_IN_CREATE', SqlMode.noDirInCreate],
  ['ANSI', SqlMode.ansi],
  ['NO_AUTO_VALUE_ON_ZERO', SqlMode.noAutoValueOnZero],
  ['NO_BACKSLASH_ESCAPES', SqlMode.noBackslashEscapes],
  ['STRICT_TRANS_TABLES', SqlMode.strictTransTables],
  ['STRICT_ALL_TABLES', SqlMode.strictAllTables],
  ['NO_ZERO_IN_DATE', SqlMode.noZeroInDate],
  ['NO_ZERO_DATE', SqlMode.noZeroDate],
  ['ALLOW_INVALID_DATES', SqlMode.allowInvalidDates],
  ['ERROR_FOR_DIVISION_BY_ZERO', SqlMode.errorForDivisionByZero],
  ['TRADITIONAL', SqlMode.traditional],
  ['HIGH_NOT_PRECEDENCE', SqlMode.highNotPrecedence],
  ['NO_ENGINE_SUBSTITUTION', SqlMode.noEngineSubstitution],
  ['PAD_CHAR_TO_FULL_LENGTH', SqlMode.padCharToFullLength],
  ['TIME_TRUNCATE_FRACTIONAL', SqlMode.timeTruncateFractional],
];

const BY_NAME: ReadonlyMap<string, number> = new Map(NAMES);

/** Modes that stand for a set of others. */
const COMBINED: readonly (readonly [mode: number, implied: number])[] = [
  [
    SqlMode.ansi,
    SqlMode.realAsFloat | SqlMode.pipesAsConcat | SqlMode.ansiQuotes | SqlMode.ignoreSpace | SqlMode.onlyFullGroupBy,
  ],
  [
    SqlMode.traditional,
    SqlMode.strictTransTables |
      SqlMode.strictAllTables |
      SqlMode.noZeroInDate |
      SqlMode.noZeroDate |
      SqlMode.errorForDivisionByZero |
      SqlMode.noEngineSubstitution,
  ],
];

/** MySQL 8's default. */
export const DEFAULT_SQL_MODE: number =
  SqlMode.onlyFullGroupBy |
  SqlMode.strictTransTables |
  SqlMode.noZeroInDate |
  SqlMode.noZeroDate |
  SqlMode.errorForDivisionByZero |
  SqlMode.noEngineSubstitution;

/** True when errors of data stop the statement. */
export function isStrict(mode: number): boolean {
  return (mode & (SqlMode.strictTransTables | SqlMode.strictAllTables)) !== 0;
}

/** The bits of a comma-separated list of names, combined modes spread out; or the first name that is unknown. */
export function parseSqlMode(text: string): number | string {
  let mode = 0;
  for (const part of text.split(',')) {
    const name = part.trim().toUpperCase();
    if (name === '') continue;
    const bit = BY_NAME.get(name);
    if (bit === undefined) return part.trim();
    mode |= bit;
  }
  for (const [combined, implied] of COMBINED) if ((mode & combined) !== 0) mode |= implied;
  return mode;
}

/** The names of a mode's bits, as `@@sql_mode` shows them. */
export function formatSqlMode(mode: number): string {
  return NAMES.filter(([, bit]) => (mode & bit) !== 0)
    .map(([name]) => name)
    .join(',');
}
