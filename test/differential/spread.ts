// One file's statements, spread over the primaries: each goes to the next one in turn. What belongs to a session stays with the first connection,
// and settings are made on all of them, so that the answers must be those of one session.

import {OracleSession, type Result, type Way} from './session.ts';

/** Variables, functions and statements that look at the session itself, or at AUTO_INCREMENT values, whose order is kept on one primary only. */
const OF_SESSION =
  /@|\b(LAST_INSERT_ID|FOUND_ROWS|ROW_COUNT|CONNECTION_ID|GET_LOCK|RELEASE_LOCK|RELEASE_ALL_LOCKS|IS_FREE_LOCK|IS_USED_LOCK|SQL_CALC_FOUND_ROWS|RAND|TEMPORARY|PREPARE|EXECUTE|DEALLOCATE|LOCK|UNLOCK|SAVEPOINT|WARNINGS|ERRORS|COUNT\(\*\) (WARNINGS|ERRORS))\b/i;
const SETTING = /^\s*(SET|USE)\b/i;
const BEGIN = /^\s*(BEGIN|START\s+TRANSACTION)\b/i;
const END = /^\s*(COMMIT|ROLLBACK)\b(?!.*\bTO\b)/i;

export class SpreadSession {
  readonly #sessions: readonly OracleSession[];
  #at = 0;
  #isInTransaction = false;
  /** Tables with AUTO_INCREMENT: rows are put into them through the first connection. */
  readonly #counted: Set<string> = new Set();
  /** Temporary tables are the first connection's. */
  readonly #temporary: Set<string> = new Set();

  private constructor(sessions: readonly OracleSession[]) {
    this.#sessions = sessions;
  }

  static async open(ports: readonly number[], schema: string, way: Way): Promise<SpreadSession> {
    const first = await OracleSession.open(ports[0], schema, way);
    const others = await Promise.all(ports.slice(1).map(port => OracleSession.join(port, schema, way)));
    return new SpreadSession([first, ...others]);
  }

  async run(sql: string): Promise<Result> {
    const [first, ...others] = this.#sessions;
    this.#learn(sql);
    if (SETTING.test(sql)) {
      const result = await first.run(sql);
      for (const other of others) await other.run(sql);
      return result;
    }
    if (BEGIN.test(sql)) this.#isInTransaction = true;
    const stays = this.#isInTransaction || OF_SESSION.test(sql) || this.#namesOwn(sql);
    if (END.test(sql)) this.#isInTransaction = false;
    return (stays ? first : this.#sessions[this.#at++ % this.#sessions.length]).run(sql);
  }

  #learn(sql: string): void {
    const table = /^\s*CREATE (TEMPORARY )?TABLE (?:IF NOT EXISTS )?`?(\w+)/i.exec(sql);
    if (table === null) return;
    if (table[1] !== undefined) this.#temporary.add(table[2]);
    else if (/AUTO_INCREMENT/i.test(sql)) this.#counted.add(table[2]);
  }

  #namesOwn(sql: string): boolean {
    const names = sql.match(/\w+/g) ?? [];
    const isInsert = /^\s*(INSERT|REPLACE|LOAD)\b/i.test(sql);
    return names.some(name => this.#temporary.has(name) || (isInsert && this.#counted.has(name)));
  }

  close(): void {
    for (const session of this.#sessions) session.close();
  }
}
