// The narrow door to a database: workloads are scripts (generators) that yield statements and get results, so the same workload runs over
// the wire, where each statement is awaited, and inside a simulator, which resumes the script whenever its simulated session has an answer.

export type SqlValue = string | number | null;

export interface SqlResult {
  /** Rows as arrays, in the order of the columns. Numbers and strings as the driver has them. */
  readonly rows: readonly (readonly unknown[])[];
  readonly affectedRows: number;
  /** The AUTO_INCREMENT value, or 0. */
  readonly insertId: number;
  /** The results of all statements, when several were asked for; the rest is then of no meaning. */
  readonly several?: readonly SqlResult[];
}

/** One statement and the values of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** Of a statement without one. */
export const NOTHING: SqlResult = {rows: [], affectedRows: 0, insertId: 0};

/** One session of a database. */
export interface SqlClient {
  /** Runs one statement with values for its question marks. @throws SqlFailure */
  query(sql: string, params: readonly SqlValue[]): Promise<SqlResult>;
  /** Runs statements in their order, without waiting for answers in between if it can. @throws SqlFailure the first one; what comes after that statement may have been run or not, and is over */
  queryAll(statements: readonly Statement[]): Promise<readonly SqlResult[]>;
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

/** What a script asks for: a statement, several at once, or time. */
export type Request = Statement | {readonly several: readonly Statement[]} | {readonly sleep: number};

/** A conversation with a database that ends in a T. Failures of statements are thrown into it. */
export type Script<T> = Generator<Request, T, SqlResult>;

/** One statement. */
export function* query(sql: string, ...params: SqlValue[]): Script<SqlResult> {
  return yield {sql, params};
}

/** Statements that need not wait for each other. */
export function* queries(statements: readonly Statement[]): Script<readonly SqlResult[]> {
  const {several} = yield {several: statements};
  return several as readonly SqlResult[];
}

/** A pause of so many milliseconds, to let transactions overlap. */
export function* sleep(ms: number): Script<void> {
  if (ms > 0) yield {sleep: ms};
}

/** Runs a script over a client. @throws what the script throws */
export async function drive<T>(client: SqlClient, script: Script<T>, pause: (ms: number) => Promise<void>): Promise<T> {
  let step = script.next(NOTHING);
  while (!step.done) {
    const request = step.value;
    if ('sleep' in request) {
      await pause(request.sleep);
      step = script.next(NOTHING);
      continue;
    }
    let result: SqlResult | undefined;
    let failure: unknown;
    try {
      if ('several' in request) result = {...NOTHING, several: await client.queryAll(request.several)};
      else result = await client.query(request.sql, request.params);
    } catch (error) {
      failure = error;
    }
    step = result === undefined ? script.throw(failure) : script.next(result);
  }
  return step.value;
}
