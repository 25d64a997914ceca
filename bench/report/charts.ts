// The plots of a result: rates and ratios of each group, and the growth of costs in the shared-data study.

import {figure} from './ratios.ts';
import type {BenchResult, Cell, GroupResult, Study} from './result.ts';
import {circle, colour, FAINT, INK, legend, line, picture, polyline, rectangle, roundUp, text} from './svg.ts';
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
  return files;
}

const PANEL = {width: 230, height: 150, gap: 46, perRow: 4, top: 76, left: 52};

interface Panel {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

function panelAt(index: number): Panel {
  const left = PANEL.left + (index % PANEL.perRow) * (PANEL.width + PANEL.gap);
  const top = PANEL.top + Math.floor(index / PANEL.perRow) * (PANEL.height + 64);
  return {left, top, bottom: top + PANEL.height};
}

function panelsSize(count: number): {width: number; height: number} {
  const columns = Math.min(count, PANEL.perRow);
  const rows = Math.ceil(count / PANEL.perRow);
  return {
    width: Math.max(560, PANEL.left + columns * (PANEL.width + PANEL.gap)),
    height: PANEL.top + rows * (PANEL.height + 64),
  };
}

/** Axis from 0 to `max` with the panel's heading. */
function frame(panel: Panel, heading: string, max: number): string[] {
  const {left, top, bottom} = panel;
  const steps = [0, 0.5, 1].flatMap(share => {
    const y = bottom - share * PANEL.height;
    return [
      line(left, y, left + PANEL.width, y, FAINT),
      text(left - 5, y + 4, short(max * share), {anchor: 'end', size: 10}),
    ];
  });
  return [text(left, top - 10, heading, {weight: 'bold', size: 12}), ...steps];
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
      return costPanel(panelAt(m * COSTS.length + i), `${mix}: ${heading}`, column, rows, shares);
    }),
  );
  const {width, height} = panelsSize(mixes.length * COSTS.length);
  const names = shares.map(share => `${share} % shared`);
  return picture(width, height, 'Cost of a transaction over the number of primaries', [
    legend(16, 46, names),
    ...shapes,
  ]);
}

function costPanel(
  panel: Panel,
  heading: string,
  column: string,
  rows: Study['rows'],
  shares: readonly number[],
): string[] {
  const value = (row: Study['rows'][number]): number => (typeof row[column] === 'number' ? row[column] : 0);
  const counts = [...new Set(rows.map(row => Number(row.primaries)))];
  const max = roundUp(Math.max(...rows.map(value)));
  const x = (count: number): number =>
    panel.left + 12 + (counts.indexOf(count) / Math.max(1, counts.length - 1)) * (PANEL.width - 24);
  const y = (cost: number): number => panel.bottom - (cost / max) * PANEL.height;
  const lines = shares.flatMap((share, i) => {
    const points = rows
      .filter(row => Number(row['shared %']) === share)
      .map((row): [number, number] => [x(Number(row.primaries)), y(value(row))]);
    return [polyline(points, colour(i)), ...points.map(point => circle(point[0], point[1], 3, colour(i)))];
  });
  const labels = counts.map(count => text(x(count), panel.bottom + 15, String(count), {anchor: 'middle'}));
  return [...frame(panel, heading, max), ...lines, ...labels];
}
