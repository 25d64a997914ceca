// What workloads judged by a companion checker have in common.

import {Prng} from '../../../src/base/prng.ts';
import type {LevelName} from '../checker/levels.ts';
import type {CompanionReport} from '../companions/operations.ts';
import type {SqlValue} from './sql-client.ts';
import type {WorkloadOptions, WorkloadVerdict} from './workload.ts';

/** Options, chance, and numbers out of rows. */
export class CompanionWorkload {
  protected readonly options: WorkloadOptions;
  protected readonly random: Prng;

  constructor(options: WorkloadOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
  }

  /** A random pause between statements, in milliseconds. */
  protected pause(): number {
    return this.random.below(this.options.pause + 1);
  }
}

/** The reports as one verdict. */
export function verdict(...reports: readonly CompanionReport[]): WorkloadVerdict {
  const lines = reports.flatMap(report => [
    `${report.name}: ${report.valid ? 'holds' : `violated ${report.violationCount} times`} (${report.facts.join(', ')})`,
    ...report.violations.map(words => `  - ${words}`),
  ]);
  return {valid: reports.every(report => report.valid), lines};
}

/** The same verdict where the level promises nothing about it. */
export function allowedAt(level: LevelName, {valid, lines}: WorkloadVerdict): WorkloadVerdict {
  return {valid: true, lines: valid ? lines : [...lines, `${level} allows this`]};
}

/** The rows as numbers; drivers give large numbers as strings. */
export function numberRows(rows: readonly (readonly unknown[])[]): number[][] {
  return rows.map(row => row.map(Number));
}

/** VALUES lists for many rows: `(?,?),(?,?)` and their parameters in one list. */
export function valuesOf(rows: readonly (readonly SqlValue[])[]): {marks: string; params: SqlValue[]} {
  return {marks: rows.map(row => `(${row.map(() => '?').join(',')})`).join(','), params: rows.flat()};
}
