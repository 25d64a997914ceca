// The report for people: one table per group with rates, ratios, errors and latencies, one per study, and the targets.

import {figure, total} from './ratios.ts';
import {type BenchResult, type Cell, DISTURBED, type GroupResult, type Study, type Verdict} from './result.ts';
import type {Spread} from './statistics.ts';
import {short, table} from './table.ts';

export function reportText(result: BenchResult): string {
  return [
    heading(result),
    ...result.groups.map(groupText),
    ...result.studies.map(studyText),
    verdictText(result.verdicts),
  ].join('\n\n');
}

function heading(result: BenchResult): string {
  const {machine} = result;
  return [
    `Pando benchmark, ${result.profile} run of ${result.startedAt}, ${Math.round(result.seconds)} s`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, ${machine.fileSystem}, Node ${machine.node}`,
    `append + fdatasync of 4 KiB: ${machine.syncUs.p50} us (p99 ${machine.syncUs.p99}); load before: ${machine.loadBefore.toFixed(2)}`,
  ].join('\n');
}

/** Rows: workload and connections. For each server its rate, and against the first one the ratio, min .. max. */
export function groupText(group: GroupResult): string {
  const names = group.servers.map(server => server.name);
  const title = `## ${group.name}: ${group.servers.map(server => `${server.name} (${server.version})`).join(', ')}`;
  const head = ['workload', 'conns', 'unit'];
  for (const [i, name] of names.entries()) {
    head.push(name, 'min..max', 'p95 ms', 'errors', 'reconn', 'cpu us');
    if (i > 0) head.push(`/ ${names[0]}`, 'min..max');
  }
  const rows = group.cells.map(cell => [
    cell.workload,
    String(cell.threads),
    cell.unit,
    ...names.flatMap((name, i) => serverCells(cell, name, i > 0)),
  ]);
  const notes = [...disturbances(group), ...group.notes].map(note => `! ${note}`);
  return [title, table([head, ...rows]), ...notes].join('\n');
}

/** A word when the machine was not ours alone. */
function disturbances(group: GroupResult): string[] {
  const runs = group.cells.flatMap(cell => Object.values(cell.runs).flat());
  const disturbed = runs.filter(run => run.others >= DISTURBED);
  if (disturbed.length === 0) return [];
  return [`${disturbed.length} of ${runs.length} runs were disturbed: others used ${DISTURBED} cores or more`];
}

function serverCells(cell: Cell, server: string, withRatio: boolean): string[] {
  const rate = figure(cell, server, run => run.rate);
  const p95 = figure(cell, server, run => run.p95Ms);
  const processor = figure(cell, server, run => run.processorMs * 1000);
  const cells = [
    rate === undefined ? 'failed' : short(rate.median),
    range(rate),
    p95 === undefined ? '-' : short(p95.median),
    String(total(cell, server, run => run.errors)),
    String(total(cell, server, run => run.reconnects)),
    processor === undefined ? '-' : short(processor.median),
  ];
  if (!withRatio) return cells;
  const ratio = cell.ratios[server];
  return [
    ...cells,
    ratio === undefined ? '-' : ratio.median.toFixed(2),
    ratio === undefined ? '-' : `${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)}`,
  ];
}

function range(spread: Spread | undefined): string {
  return spread === undefined ? '-' : `${short(spread.min)}..${short(spread.max)}`;
}

export function studyText(study: Study): string {
  const title = `## ${study.title}`;
  const notes = study.notes.map(note => `! ${note}`);
  if (study.rows.length === 0) return [title, ...notes].join('\n');
  const columns = [...new Set(study.rows.flatMap(row => Object.keys(row)))];
  const rows = study.rows.map(row => columns.map(column => cellText(row[column])));
  return [title, table([columns, ...rows]), ...notes].join('\n');
}

function cellText(value: string | number | undefined): string {
  if (value === undefined) return '-';
  return typeof value === 'number' ? short(value) : value;
}

function verdictText(verdicts: readonly Verdict[]): string {
  const measured = verdicts.filter(one => one.met !== undefined);
  const rows = measured.map(one => [one.met ? 'met' : 'NOT MET', one.target, one.wanted, one.measured]);
  const rest = `${verdicts.length - measured.length} of ${verdicts.length} targets were not measured in this run`;
  if (rows.length === 0) return `## Targets\n${rest}`;
  return ['## Targets', table([['', 'target', 'wanted', 'measured'], ...rows], 'left'), rest].join('\n');
}
