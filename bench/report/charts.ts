// The plots of a result: rates and ratios of each group, and the growth of costs in the shared-data study.

import {frame, linesPanel, PANEL, type Panel, panelAt, panelsSize} from './panels.ts';
import {projectionCharts} from './projection-charts.ts';
import {figure} from './ratios.ts';
import type {BenchResult, Cell, GroupResult, Study} from './result.ts';
import {circle, colour, FAINT, INK, legend, line, picture, rectangle, roundUp, text} from './svg.ts';
import {short} from './table.ts';

/** Plots by file name. */
export function charts(result: BenchResult): Map<string, string> {
  const files = new Map<string, string>();
  for (const group of result.groups) {
    if (group.cells.length === 0) continue;
    files.set(`rates-${group.name}.svg`, ratesChart(group));
    if (group.servers.length > 1) files.set(`ratios-${group.name}.svg`, ratiosChart(group));
  }
  const shared = result.studies.find(study => study.name === 'shared-data');
  if (shared !== undefined && shared.rows.length > 0) files.set('shared-data.svg', sharedChart(shared));
  for (const study of result.studies) for (const [name, svg] of projectionCharts(study)) files.set(name, svg);
  return files;
}

/** One panel per workload, one bundle of bars per number of connections, whiskers from the worst to the best round. */
function ratesChart(group: GroupResult): string {
  const names = group.servers.map(server => server.name);
  const workloads = [...new Set(group.cells.map(cell => cell.workload))];
  const shapes = workloads.flatMap((workload, i) => {
    const cells = group.cells.filter(cell => cell.workload === workload);
    const max = roundUp(
      Math.max(...cells.flatMap(cell => names.map(name => figure(cell, name, run => run.rate)?.max ?? 0))),
    );
    const panel = panelAt(i);
    const bars = cells.flatMap((cell, j) => bundle(panel, cell, names, j, cells.length, max));
    return [...frame(panel, `${workload}, ${cells[0].unit}`, max), ...bars];
  });
  const {width, height} = panelsSize(workloads.length);
  return picture(width, height, `Rates by connections: ${names.join(', ')}`, [legend(16, 46, names), ...shapes]);
}

function bundle(
  panel: Panel,
  cell: Cell,
  names: readonly string[],
  index: number,
  count: number,
  max: number,
): string[] {
  const wide = PANEL.width / count;
  const bar = Math.min(26, (wide - 12) / names.length);
  const start = panel.left + index * wide + (wide - bar * names.length) / 2;
  const scale = PANEL.height / max;
  const bars = names.flatMap((name, i) => {
    const rate = figure(cell, name, run => run.rate);
    if (rate === undefined) return [];
    const x = start + i * bar;
    const middle = x + bar / 2;
    return [
      rectangle(x + 1, panel.bottom - rate.median * scale, bar - 2, rate.median * scale, colour(i)),
      line(middle, panel.bottom - rate.min * scale, middle, panel.bottom - rate.max * scale, INK),
    ];
  });
  const label = text(panel.left + (index + 0.5) * wide, panel.bottom + 15, String(cell.threads), {
    anchor: 'middle',
  });
  return [...bars, label];
}

const ROW = 22;

/** One row per cell, a dot at the median ratio, a line from the worst to the best round; 1 is the first server. */
function ratiosChart(group: GroupResult): string {
  const names = group.servers.map(server => server.name);
  const [base, ...others] = names;
  const cells = group.cells.filter(cell => others.some(name => cell.ratios[name] !== undefined));
  const max = roundUp(Math.max(1, ...cells.flatMap(cell => others.map(name => cell.ratios[name]?.max ?? 0))));
  const left = 190;
  const width = 520;
  const top = 84;
  const bottom = top + cells.length * ROW;
  const x = (ratio: number): number => left + (ratio / max) * width;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(share => share * max);
  const shapes = [
    ...ticks.flatMap(tick => [
      line(x(tick), top, x(tick), bottom, FAINT),
      text(x(tick), top - 6, short(tick), {anchor: 'middle', size: 10}),
    ]),
    line(x(1), top, x(1), bottom, INK),
    ...cells.flatMap((cell, i) => ratioRow(cell, names, top + (i + 0.5) * ROW, x)),
  ];
  return picture(left + width + 40, bottom + 24, `Rate against ${base} (line at 1)`, [
    legend(16, 46, names),
    ...shapes,
  ]);
}

function ratioRow(cell: Cell, names: readonly string[], y: number, x: (ratio: number) => number): string[] {
  const shapes = names.flatMap((name, i) => {
    const ratio = cell.ratios[name];
    if (ratio === undefined) return [];
    const own = y + (i - names.length / 2) * 5;
    return [line(x(ratio.min), own, x(ratio.max), own, colour(i), 2), circle(x(ratio.median), own, 4, colour(i))];
  });
  return [text(182, y + 4, `${cell.workload}, ${cell.threads}`, {anchor: 'end'}), ...shapes];
}

/** Columns of the study that become panels, with their headings. */
const COSTS: readonly (readonly [string, string])[] = [
  ['cpu ms', 'processor ms / transaction'],
  ['transfers', 'page transfers / transaction'],
  ['log forces', 'log forces / transaction'],
  ['waits', 'lock waits / transaction'],
];

/** Costs per transaction over the number of primaries, one line per share of transactions on shared tables. */
function sharedChart(study: Study): string {
  const mixes = [...new Set(study.rows.map(row => String(row.mix)))];
  const shares = [...new Set(study.rows.map(row => Number(row['shared %'])))];
  const shapes = mixes.flatMap((mix, m) =>
    COSTS.flatMap(([column, heading], i) => {
      const rows = study.rows.filter(row => row.mix === mix);
      return linesPanel(panelAt(m * COSTS.length + i), `${mix}: ${heading}`, column, rows, {
        by: 'shared %',
        lines: shares,
      });
    }),
  );
  const {width, height} = panelsSize(mixes.length * COSTS.length);
  const names = shares.map(share => `${share} % shared`);
  return picture(width, height, 'Cost of a transaction over the number of primaries', [
    legend(16, 46, names),
    ...shapes,
  ]);
}
