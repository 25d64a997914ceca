// The coherence modes side by side: the shared-data load (shared-data.ts) in each of them, with the same clients and the same keys. Per transaction: processor time, pages
// from node to node, pages from storage, log forces, messages, aborts, steps done again. See docs/modes.md for what to expect and why.

import type {Session} from '../group.ts';
import type {Study, StudyRow} from '../report/result.ts';
import {ALL_MIXES} from './shared-client.ts';
import {CLIENTS_PER_PRIMARY, measureAll, PRIMARIES} from './shared-data.ts';
import {Notebook} from './study.ts';

/** Modes, and what comes before the number of primaries in the name of a server that runs in it. */
const SERVERS: ReadonlyMap<string, string> = new Map([
  ['fusion', 'pando'],
  ['log-replay', 'pando-log-replay'],
  ['optimistic', 'pando-optimistic'],
  ['optimistic, page', 'pando-optimistic-page'],
]);

export async function modesStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  for (const primaries of PRIMARIES) {
    for (const [mode, prefix] of SERVERS) {
      await notebook.withStarted(`${prefix}-${primaries}`, server =>
        measureAll(session, server, ALL_MIXES, row => notebook.add(compare({mode, ...row}, notebook.rows))),
      );
    }
  }
  return {
    name: 'modes',
    title: 'Coherence modes: costs per transaction, X % of the transactions on tables that all primaries use',
    settings: {clientsPerPrimary: CLIENTS_PER_PRIMARY, seconds: session.options.seconds, keys: 'uniform'},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

/** Adds the processor time against fusion with the same mix, share and primaries. */
function compare(row: StudyRow, rows: readonly StudyRow[]): StudyRow {
  const same = (other: StudyRow): boolean =>
    other.mode === 'fusion' && ['mix', 'shared %', 'primaries'].every(column => other[column] === row[column]);
  const fusion = rows.find(same) ?? row;
  return {...row, 'cpu / fusion': Number(row['cpu ms']) / Number(fusion['cpu ms'])};
}
