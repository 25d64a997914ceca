// The plots of the modes: the two figures of the articles, from the projection, one file for each cost model; and what a transaction costs in each mode, as measured.

import {linesPanel, panelAt, panelsSize} from './panels.ts';
import type {Study} from './result.ts';
import {legend, picture} from './svg.ts';

interface Figure {
  readonly file: string;
  readonly title: string;
  readonly modes: readonly string[];
  readonly shares: readonly number[];
}

/** After the PolarDB-MP article: throughput against the same system's own single node. */
const FIGURES: readonly Figure[] = [
  {
    file: 'fusion-and-log-replay',
    title: 'Scalability of fusion and log replay',
    modes: ['fusion', 'log-replay'],
    shares: [10, 50],
  },
  {
    file: 'all-modes-10-percent',
    title: 'Scalability with 10 % of the transactions on shared data',
    modes: ['fusion', 'log-replay', 'optimistic', 'optimistic, page'],
    shares: [10],
  },
];

const COSTS: readonly (readonly [string, string])[] = [
  ['cpu ms', 'processor ms / transaction'],
  ['transfers', 'page transfers / transaction'],
  ['storage reads', 'storage reads / transaction'],
  ['messages', 'messages / transaction'],
  ['log forces', 'log forces / transaction'],
  ['aborts', 'aborts / transaction'],
  ['retries', 'steps done again / transaction'],
  ['tx/s', 'transactions / s'],
];

/** Plots by file name; none for other studies. */
export function projectionCharts(study: Study): Map<string, string> {
  const files = new Map<string, string>();
  if (study.rows.length === 0) return files;
  if (study.name === 'modes') files.set('modes-costs.svg', costs(study, 'as measured'));
  if (study.name !== 'projection') return files;
  // Some cost models are for log replay alone: they differ in what only log replay has.
  for (const model of new Set(study.rows.filter(row => row.mode === 'fusion').map(row => String(row.model)))) {
    const rows = study.rows.filter(row => row.model === model);
    for (const figure of FIGURES) files.set(`projection-${figure.file}-${model}.svg`, scalability(rows, figure, model));
    files.set(`projection-costs-${model}.svg`, costs({...study, rows}, `projected, ${model}`));
  }
  files.set('projection-page-servers.svg', pageServers(study.rows));
  return files;
}

/** Fusion against log replay again, by the time after which storage has a page. */
function pageServers(rows: Study['rows']): string {
  const near = rows.filter(({model, mode}) => model === 'rdma' && (mode === 'fusion' || mode === 'log-replay'));
  const far = rows
    .filter(({model}) => String(model).startsWith('rdma, '))
    .map(row => ({...row, mode: String(row.model).replace('rdma', 'log-replay')}));
  const modes = [...new Set([...near, ...far].map(row => String(row.mode)))];
  const figure = {file: 'page-servers', title: 'Fusion and log replay, by the way of a page', modes, shares: [50, 100]};
  return scalability([...near, ...far], figure, 'rdma');
}

function scalability(rows: Study['rows'], {title, modes, shares}: Figure, model: string): string {
  const mixes = [...new Set(rows.map(row => String(row.mix)))];
  const plans = shares.flatMap(share => mixes.map(mix => ({share, mix})));
  const shapes = plans.flatMap(({share, mix}, i) => {
    const own = rows.filter(row => row.mix === mix && row['shared %'] === share && modes.includes(String(row.mode)));
    return linesPanel(panelAt(i), `${mix}, ${share} % shared`, 'scalability', own, {by: 'mode', lines: modes});
  });
  const {width, height} = panelsSize(plans.length);
  return picture(width, height, `${title} (projected, ${model}): times one primary`, [
    legend(16, 46, modes),
    ...shapes,
  ]);
}

/** What a transaction costs with a tenth of them on shared tables, one line per mode. */
function costs(study: Study, how: string): string {
  const rows = study.rows.filter(row => row['shared %'] === 10);
  const mixes = [...new Set(rows.map(row => String(row.mix)))];
  const modes = [...new Set(rows.map(row => String(row.mode)))];
  const shapes = mixes.flatMap((mix, m) =>
    COSTS.flatMap(([column, heading], i) => {
      const own = rows.filter(row => row.mix === mix);
      return linesPanel(panelAt(m * COSTS.length + i), `${mix}: ${heading}`, column, own, {by: 'mode', lines: modes});
    }),
  );
  const {width, height} = panelsSize(mixes.length * COSTS.length);
  return picture(width, height, `Costs of a transaction, 10 % on shared data (${how})`, [
    legend(16, 46, modes),
    ...shapes,
  ]);
}
