// One connection to one server of a run, in the settings that both servers share.

import {type Outcome, outcomeOf} from './outcome.ts';
import {type Answer, WireClient} from './wire.ts';

/** MySQL 8.4's defaults where MariaDB's differ, and a clock that stands still. */
const SETTINGS: readonly string[] = [
  'SET NAMES utf8mb4 COLLATE utf8mb4_general_ci',
  "SET sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "SET time_zone = '+00:00'",
  'SET group_concat_max_len = 1048576',
  'SET max_error_count = 1024',
  'SET timestamp = 1700000000.123456',
];

/** What a statement was answered with, and the server's words for people who read the report. */
export interface Result {
  readonly outcome: Outcome;
  readonly message: string;
}

/** How statements travel: as text, or prepared and executed, their results in binary. */
export type Way = 'text' | 'prepared';

export class OracleSession {
  readonly #client: WireClient;
  readonly #way: Way;

  private constructor(client: WireClient, way: Way) {
    this.#client = client;
    this.#way = way;
  }

  /** Connects and makes an empty schema of this name the current one. */
  static async open(port: number, schema: string, way: Way = 'text'): Promise<OracleSession> {
    const session = new OracleSession(await WireClient.connect(port), way);
    await session.must(...SETTINGS, `DROP DATABASE IF EXISTS ${schema}`);
    await session.must(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`, `USE ${schema}`);
    return session;
  }

  /** Connects without touching any schema but making this one current. */
  static async join(port: number, schema: string, way: Way = 'text'): Promise<OracleSession> {
    const session = new OracleSession(await WireClient.connect(port), way);
    await session.must(...SETTINGS, `USE ${schema}`);
    return session;
  }

  /** Runs statements that must not fail. */
  async must(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) {
      const answer = await this.#client.run(sql);
      if (answer.errno !== 0) throw new Error(`${sql}\n${answer.errno} ${answer.message}`);
    }
  }

  /** Runs a statement and asks for its warnings where it had some. */
  async run(sql: string): Promise<Result> {
    const answer = await (this.#way === 'text' ? this.#client.run(sql) : this.#client.runPrepared(sql));
    if (answer.warnings === 0) return {outcome: outcomeOf(answer, []), message: answer.message};
    const shown = await this.#client.run('SHOW WARNINGS');
    const warnings = shown.rows.map(row => Number(row[1]));
    return {outcome: outcomeOf(answer, warnings), message: messagesOf(answer, shown)};
  }

  /** Runs a statement whose warnings do not matter. */
  async runFast(sql: string): Promise<Result> {
    const answer = await this.#client.run(sql);
    return {outcome: outcomeOf(answer, []), message: answer.message};
  }

  close(): void {
    this.#client.close();
  }
}

function messagesOf(answer: Answer, shown: Answer): string {
  return answer.errno === 0 ? shown.rows.map(row => row[2]).join('\n') : answer.message;
}
