// The diagnostics area: errors, warnings and notes of the last statement that used tables or failed, for SHOW WARNINGS.

export type Level = 'Note' | 'Warning' | 'Error';

export interface Condition {
  readonly level: Level;
  readonly errno: number;
  readonly message: string;
}

/** The number of warnings in a packet has 16 bits. */
const COUNT_MAX = 65535;

export class Diagnostics {
  #conditions: Condition[] = [];
  #warnings = 0;
  #errors = 0;
  /** @@max_error_count: how many are kept; more are only counted. */
  limit = 1024;

  get conditions(): readonly Condition[] {
    return this.#conditions;
  }

  /** @@warning_count: all conditions, errors and notes among them. */
  get warningCount(): number {
    return Math.min(this.#warnings, COUNT_MAX);
  }

  get errorCount(): number {
    return Math.min(this.#errors, COUNT_MAX);
  }

  add(level: Level, errno: number, message: string): void {
    this.#warnings++;
    if (level === 'Error') this.#errors++;
    if (this.#conditions.length < this.limit) this.#conditions.push({level, errno, message});
  }

  /** A new statement begins. */
  clear(): void {
    if (this.#warnings === 0) return;
    this.#conditions = [];
    this.#warnings = 0;
    this.#errors = 0;
  }
}
