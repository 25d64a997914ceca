// Agreement: one transaction reads the same rows through the table and through a secondary index; both must show the same. `compare` returns
// [rows by table, rows by index], each a list of [id, k] pairs.

import {HistoryError, type HistoryEvent} from '../history/types.ts';
import {type CompanionReport, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when a value is not a pair of lists */
export function checkAgreement(events: Iterable<HistoryEvent>): CompanionReport {
  const violations = new Violations();
  let compared = 0;
  let rows = 0;
  for (const op of operationsOf(events)) {
    if (op.f !== 'compare' || op.type !== 'ok') continue;
    const [table, index] = (Array.isArray(op.value) ? op.value : []) as unknown[];
    if (!Array.isArray(table) || !Array.isArray(index))
      throw new HistoryError(`the value at ${op.completedAt} is not a pair of lists`);
    compared++;
    rows += table.length;
    const inTable = new Set(table.map(row => JSON.stringify(row)));
    const inIndex = new Set(index.map(row => JSON.stringify(row)));
    if (index.length !== inIndex.size)
      violations.add(`at ${op.completedAt} the index shows ${index.length - inIndex.size} rows twice`);
    const missing = [...inTable].find(row => !inIndex.has(row));
    const extra = [...inIndex].find(row => !inTable.has(row));
    if (missing !== undefined) violations.add(`at ${op.completedAt} the index misses row ${missing}`);
    if (extra !== undefined)
      violations.add(`at ${op.completedAt} the index shows row ${extra}, which is not in the table`);
  }
  return violations.report('index against table', [`${compared} comparisons of ${rows} rows`]);
}
