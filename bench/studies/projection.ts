// The projection: what the modes would do with a processor for every primary, in virtual time (bench/projection). The articles' two figures are made of it: fusion against log replay up to eight primaries, and fusion,
// log replay and optimistic with a tenth of the transactions on shared data.

import type {Session} from '../group.ts';
import {COST_MODELS, type CostModel, PAGE_SERVERS} from '../projection/cost-model.ts';
import {PROJECTED_MODES, type ProjectedMode} from '../projection/machine.ts';
import {CLIENTS_PER_PRIMARY, meanOf, project} from '../projection/project.ts';
import type {Study, StudyRow} from '../report/result.ts';
import {Notebook} from './study.ts';

const PRIMARIES = [1, 2, 4, 8];
const SHARES = [0, 10, 50, 100];

/** Seeds of the two runs that each figure is the mean of. */
const SEEDS = [1, 2] as const;
/** Virtual milliseconds of a measurement, times primaries, for each second that a measurement may take elsewhere: about as many transactions for every size of the cluster. */
const VIRTUAL_MS = 600;

export async function projectionStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  const virtualMs = session.options.seconds * VIRTUAL_MS;
  const run = (model: CostModel, mode: ProjectedMode, primaries: number): void => {
    const [one, other] = SEEDS.map(seed =>
      project({model, mode, primaries, shares: SHARES, measureMs: virtualMs / primaries, seed}),
    );
    for (const [i, row] of one.entries()) notebook.add(scaled(meanOf(row, other[i]), notebook.rows));
  };
  for (const model of COST_MODELS)
    for (const primaries of PRIMARIES) for (const mode of PROJECTED_MODES) run(model, mode, primaries);
  for (const model of PAGE_SERVERS) for (const primaries of PRIMARIES) run(model, 'log-replay', primaries);
  return {
    name: 'projection',
    title: 'Projection: every primary with a processor of its own, in virtual time',
    settings: {
      clientsPerPrimary: CLIENTS_PER_PRIMARY,
      virtualMsTimesPrimaries: virtualMs,
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
