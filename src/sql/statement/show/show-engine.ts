// SHOW ENGINE INNODB STATUS: in the sections that people know, the figures that are measured here. Counters are this primary's since it started, transactions and
// waits those of all primaries.

import {SqlError} from '../../../base/sql-error.ts';
import type {Steps} from '../../catalog/steps.ts';
import {dateTimeOf} from '../../catalog/virtual/schema-tables.ts';
import type {VirtualColumn} from '../../catalog/virtual/virtual-table.ts';
import type {Show} from '../../parse/ast-command.ts';
import type {ProcessInfo} from '../../session/sql-world.ts';
import type {StatementContext} from '../statement-context.ts';
import type {ShowResult} from './show-result.ts';

const COLUMNS: readonly VirtualColumn[] = [
  ['Type', 'name'],
  ['Name', 'name'],
  ['Status', 'long'],
];

const ENGINES = new Set(['INNODB', 'ALL']);

export function* showEngine(context: StatementContext, {target, words}: Show): Steps<ShowResult> {
  const name = target?.name ?? '';
  if (!ENGINES.has(name.toUpperCase())) throw new SqlError('ER_UNKNOWN_STORAGE_ENGINE', name);
  // There are no mutexes to count, and no logs to list by name.
  if (words[0] !== 'STATUS') return {columns: COLUMNS, rows: []};
  return {columns: COLUMNS, rows: [['InnoDB', '', statusText(context, yield* context.processes())]]};
}

function statusText(context: StatementContext, processes: readonly ProcessInfo[]): string {
  const {engine, clock} = context.world;
  const counters = engine.counters();
  const of = (name: string): number => counters.get(name) ?? 0;
  const now = dateTimeOf(context, clock.wallMicros());
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['TRANSACTIONS', transactionLines(engine.lockWaits(), processes, of)],
    [
      'FILE I/O',
      [
        `${of('storage_reads')} pages read from storage, ${of('log_flushes')} log writes, ${of('log_bytes')} bytes of log written`,
      ],
    ],
    ['LOG', [`${of('checkpoints')} checkpoints written`, `Bytes of log since the start ${of('log_bytes')}`]],
    ['BUFFER POOL AND MEMORY', poolLines(of)],
    [
      'ROW OPERATIONS',
      [`${of('purged_records')} undo records purged, ${of('page_splits')} pages split, ${of('pages_merged')} merged`],
    ],
  ];
  const body = sections.flatMap(([title, lines]) => [
    '-'.repeat(title.length),
    title,
    '-'.repeat(title.length),
    ...lines,
  ]);
  const line = '='.repeat(35);
  return [
    '',
    line,
    `${now} INNODB MONITOR OUTPUT`,
    line,
    ...body,
    '-'.repeat(28),
    'END OF INNODB MONITOR OUTPUT',
    '='.repeat(28),
    '',
  ].join('\n');
}

function transactionLines(
  waits: ReturnType<StatementContext['world']['engine']['lockWaits']>,
  processes: readonly ProcessInfo[],
  of: (name: string) => number,
): readonly string[] {
  const open = processes.filter(({transaction}) => transaction !== 0);
  return [
    `History list length ${of('history_length')}`,
    `Transactions begun ${of('transactions')}, deadlocks ${of('deadlocks')}, lock waits ${of('lock_waits')}, lock wait timeouts ${of('lock_timeouts')}`,
    'LIST OF TRANSACTIONS THAT HAVE CHANGED OR LOCKED ROWS:',
    ...open.flatMap(({transaction, id, user, host, info}) => {
      const waiting = waits.filter(({waiter}) => waiter === transaction);
      return [
        `---TRANSACTION ${transaction}, ACTIVE${waiting.length > 0 ? ', LOCK WAIT' : ''}`,
        `thread id ${id} ${host} ${user}`,
        ...(info === '' ? [] : [info]),
        ...waiting.map(({holder}) => `waits for a row of transaction ${holder}`),
      ];
    }),
  ];
}

function poolLines(of: (name: string) => number): readonly string[] {
  const [hits, misses] = [of('page_hits'), of('page_misses')];
  const rate = hits + misses === 0 ? 1000 : Math.round((1000 * hits) / (hits + misses));
  return [
    `Pages asked for ${hits + misses}, of them not in the local pool ${misses}`,
    `Pages read from the distributed pool ${of('dbp_reads')}, from storage ${of('storage_reads')}`,
    `Pages handed to other primaries ${of('page_transfers')}, evicted ${of('evictions')}`,
    `Buffer pool hit rate ${rate} / 1000`,
  ];
}
