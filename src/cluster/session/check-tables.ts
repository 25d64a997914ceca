// `pando check`: every table of every schema, one after the other, through one primary.

import {BLOCKED, DONE, type Engine, type EngineSession} from '../../engine/api.ts';
import type {Catalog} from '../../sql/catalog/catalog.ts';
import {expectRow, type Steps} from '../../sql/catalog/steps.ts';

export interface CheckReport {
  tables: number;
  rows: number;
  readonly violations: string[];
}

/** Checks all tables into `report`. Each is locked against redefinition while it is looked at, and read by a transaction of its own. */
export function* checkTables(
  engine: Engine,
  session: EngineSession,
  catalog: Catalog,
  report: CheckReport,
): Steps<void> {
  session.begin(true, false);
  session.beginStatement();
  const objects = yield* catalog.list(session);
  for (const object of objects) {
    const opened = yield* catalog.open(session, object.schema, object.name, false);
    if (opened === undefined || opened.kind !== 'table') continue;
    const {schema, name, handle} = opened.definition;
    const check = engine.newTableCheck(session, handle);
    for (;;) {
      const result = check.poll();
      if (result === DONE) break;
      if (result !== BLOCKED) session.waiter.wake();
      yield;
    }
    report.tables++;
    report.rows += check.rows;
    for (const violation of check.violations) report.violations.push(`${schema}.${name}: ${violation}`);
  }
  session.endStatement();
  yield* expectRow(() => session.commit());
}
