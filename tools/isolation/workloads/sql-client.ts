// The narrow door to a database: workloads are scripts (generators) that yield statements and get results, so the same workload runs over
// the wire, where each statement is awaited, and inside a simulator, which resumes the script whenever its simulated session has an answer.

export type SqlValue = string | number | null;

export interface SqlResult {
  /** Rows as arrays, in the order of the columns. Numbers and strings as the driver has them. */
  readonly rows: readonly (readonly unknown[])[];
  readonly affectedRows: number;
  /** The AUTO_INCREMENT value, or 0. */
  readonly insertId: number;
}

/** One session of a database. */
export interface SqlClient {
  /** Runs one statement with values for its question marks. @throws SqlFailure */
  query(sql: string, params: readonly SqlValue[]): Promise<SqlResult>;
  /** Ends the session; harmless when it is lost. */
  close(): Promise<void>;
}

/** A statement failed. */
export class SqlFailure extends Error {
  /** MySQL error number, 0 when none came. */
  readonly errno: number;
  /** The session is gone, and whether the statement took effect is not known. */
  readonly lost: boolean;

  constructor(message: string, errno: number, lost: boolean) {
    super(message);
    this.name = 'SqlFailure';
    this.errno = errno;
    this.lost = lost;
  }
}

/** What a script asks for: a statement, or time. */
export type Request = {readonly sql: string; readonly params: readonly SqlValue[]} | {readonly sleep: number};

/** A conversation with a database that ends in a T. Failures of statements are thrown into it. */
export type Script<T> = Generator<Request, T, SqlResult>;

/** One statement. */
export function* query(sql: string, ...params: SqlValue[]): Script<SqlResult> {
  return yield {sql, params};
}

/** A pause of so many milliseconds, to let transactions overlap. */
export function* sleep(ms: number): Script<void> {
  if (ms > 0) yield {sleep: ms};
}

/** Runs a script over a client. @throws what the script throws */
export async function drive<T>(client: SqlClient, script: Script<T>, pause: (ms: number) => Promise<void>): Promise<T> {
  const nothing: SqlResult = {rows: [], affectedRows: 0, insertId: 0};
  let step = script.next(nothing);
  while (!step.done) {
    const request = step.value;
    if ('sleep' in request) {
      await pause(request.sleep);
      step = script.next(nothing);
      continue;
    }
    let result: SqlResult | undefined;
    let failure: unknown;
    try {
      result = await client.query(request.sql, request.params);
    } catch (error) {
      failure = error;
    }
    step = result === undefined ? script.throw(failure) : script.next(result);
  }
  return step.value;
}
