// The projection: what the modes would do with a processor for every primary, in virtual time (bench/projection). The articles' two figures are made of it: fusion against log replay up to eight primaries, and fusion,
// log replay and optimistic with a tenth of the transactions on shared data.

import type {Session} from '../group.ts';
import {COST_MODELS} from '../projection/cost-model.ts';
import {PROJECTED_MODES} from '../projection/machine.ts';
import {CLIENTS_PER_PRIMARY, project} from '../projection/project.ts';
import type {Study, StudyRow} from '../report/result.ts';
import {Notebook} from './study.ts';

const PRIMARIES = [1, 2, 4, 8];
const SHARES = [0, 10, 50, 100];

export async function projectionStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  const measureMs = session.options.seconds * 20;
  for (const model of COST_MODELS)
    for (const primaries of PRIMARIES)
      for (const mode of PROJECTED_MODES)
        project({model, mode, primaries, shares: SHARES, measureMs}, row => notebook.add(scaled(row, notebook.rows)));
  return {
    name: 'projection',
    title: 'Projection: every primary with a processor of its own, in virtual time',
    settings: {
      clientsPerPrimary: CLIENTS_PER_PRIMARY,
      virtualMs: measureMs,
      ...Object.fromEntries(
        COST_MODELS.flatMap(model =>
          Object.entries(model)
            .filter(([name]) => name !== 'name')
            .map(([name, value]) => [`${model.name} ${name}`, value]),
        ),
      ),
    },
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

/** Adds the rate against one primary in the same mode, under the same load. */
function scaled(row: StudyRow, rows: readonly StudyRow[]): StudyRow {
  const same = ['model', 'mode', 'mix', 'shared %'];
  const one = rows.find(other => other.primaries === 1 && same.every(column => other[column] === row[column])) ?? row;
  return {...row, scalability: Number(row['tx/s']) / Number(one['tx/s'])};
}
