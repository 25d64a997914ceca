// The kinds of failure that are not bugs (those are BugError in assert.ts) and not a user's mistake
// (those are SqlError in sql-error.ts).

/** Damaged data: a checksum, a magic number or a chain does not fit. Named, reported, and never served. */
export class CorruptionError extends Error {
  override readonly name = 'CorruptionError';
  /** What is damaged, in words an operator can act on: file, page number, LSN. */
  readonly where: string;
  constructor(where: string, what: string) {
    super(`damaged data in ${where}: ${what}`);
    this.where = where;
  }
}

/** The world refused: disk full, port in use, directory unreadable. `hint` names the way out. */
export class OperatingError extends Error {
  override readonly name = 'OperatingError';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** This primary has been declared dead (its incarnation is fenced): it must stop serving at once (K7). */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}
