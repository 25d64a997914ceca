// SHOW VARIABLES, STATUS, PROCESSLIST, WARNINGS, ENGINES, CHARACTER SET, COLLATION, GRANTS, and the subjects of which there is nothing.

import {CHARSETS} from '../../../format/value/charset.ts';
import {COLLATIONS, defaultCollation} from '../../../format/value/collation.ts';
import type {Steps} from '../../catalog/steps.ts';
import {ENGINE_ROWS, variableRows} from '../../catalog/virtual/server-tables.ts';
import type {Row, VirtualColumn} from '../../catalog/virtual/virtual-table.ts';
import type {Show} from '../../parse/ast-command.ts';
import type {Condition} from '../../session/diagnostics.ts';
import type {StatementContext} from '../statement-context.ts';
import type {ShowResult} from './show-result.ts';

const NAME_VALUE: readonly VirtualColumn[] = [
  ['Variable_name', 'name'],
  ['Value', 'text'],
];

const INFO_CHARACTERS_MAX = 100;

export function showVariables(context: StatementContext, ast: Show): ShowResult {
  return {columns: NAME_VALUE, rows: variableRows(context, ast.scope ?? 'session')};
}

export function showStatus(context: StatementContext): ShowResult {
  return {columns: NAME_VALUE, rows: context.statusRows()};
}

export function* showProcesslist(context: StatementContext, ast: Show): Steps<ShowResult> {
  const columns: readonly VirtualColumn[] = [
    ['Id', 'uint'],
    ['User', 'name'],
    ['Host', 'text'],
    ['db', 'name'],
    ['Command', 'name'],
    ['Time', 'int'],
    ['State', 'name'],
    ['Info', 'long'],
  ];
  const rows = (yield* context.processes()).map(({id, user, host, database, command, seconds, state, info}) => {
    const shown = ast.full ? info : info.slice(0, INFO_CHARACTERS_MAX);
    return [id, user, host, database === '' ? null : database, command, seconds, state, shown === '' ? null : shown];
  });
  return {columns, rows};
}

const CONDITIONS: readonly VirtualColumn[] = [
  ['Level', 'name'],
  ['Code', 'uint'],
  ['Message', 'text'],
];

/** SHOW WARNINGS and SHOW ERRORS, with their LIMIT. */
export function showConditions(context: StatementContext, ast: Show): ShowResult {
  const wanted = (condition: Condition): boolean => ast.subject === 'warnings' || condition.level === 'Error';
  const all = context.state.diagnostics.conditions.filter(wanted);
  const offset = limitNumber(ast.limit?.offset ?? null, 0);
  const count = limitNumber(ast.limit?.count ?? null, all.length);
  const rows = all.slice(offset, offset + count).map(({level, errno, message}) => [level, errno, message]);
  return {columns: CONDITIONS, rows};
}

function limitNumber(
  value: {readonly kind: string; readonly value?: number | bigint} | null,
  otherwise: number,
): number {
  return value?.value === undefined ? otherwise : Number(value.value);
}

export function showCount(context: StatementContext, ast: Show): ShowResult {
  const {diagnostics} = context.state;
  const isErrors = ast.subject === 'countErrors';
  const name = isErrors ? '@@session.error_count' : '@@session.warning_count';
  return {columns: [[name, 'int']], rows: [[isErrors ? diagnostics.errorCount : diagnostics.warningCount]]};
}

export function showEngines(): ShowResult {
  const columns: readonly VirtualColumn[] = [
    ['Engine', 'name'],
    ['Support', 'name'],
    ['Comment', 'text'],
    ['Transactions', 'name'],
    ['XA', 'name'],
    ['Savepoints', 'name'],
  ];
  return {columns, rows: ENGINE_ROWS};
}

export function showCharset(): ShowResult {
  const columns: readonly VirtualColumn[] = [
    ['Charset', 'name'],
    ['Description', 'text'],
    ['Default collation', 'name'],
    ['Maxlen', 'uint'],
  ];
  const rows = CHARSETS.map(c => [c.name, c.description, defaultCollation(c).name, c.maxBytes]);
  return {columns, rows};
}

export function showCollation(): ShowResult {
  const columns: readonly VirtualColumn[] = [
    ['Collation', 'name'],
    ['Charset', 'name'],
    ['Id', 'uint'],
    ['Default', 'name'],
    ['Compiled', 'name'],
    ['Sortlen', 'uint'],
    ['Pad_attribute', 'name'],
  ];
  const rows = COLLATIONS.map(c => [
    c.name,
    c.charset.name,
    c.id,
    c.isDefault ? 'Yes' : '',
    'Yes',
    1,
    c.padSpace ? 'PAD SPACE' : 'NO PAD',
  ]);
  return {columns, rows};
}

/** Columns of the lists that are always empty here. */
const EMPTY: ReadonlyMap<Show['subject'], readonly VirtualColumn[]> = new Map<
  Show['subject'],
  readonly VirtualColumn[]
>([
  [
    'triggers',
    names(
      'Trigger',
      'Event',
      'Table',
      'Statement',
      'Timing',
      'Created',
      'sql_mode',
      'Definer',
      'character_set_client',
      'collation_connection',
      'Database Collation',
    ),
  ],
  [
    'events',
    names(
      'Db',
      'Name',
      'Definer',
      'Time zone',
      'Type',
      'Execute at',
      'Interval value',
      'Interval field',
      'Starts',
      'Ends',
      'Status',
      'Originator',
      'character_set_client',
      'collation_connection',
      'Database Collation',
    ),
  ],
  [
    'functionStatus',
    names(
      'Db',
      'Name',
      'Type',
      'Definer',
      'Modified',
      'Created',
      'Security_type',
      'Comment',
      'character_set_client',
      'collation_connection',
      'Database Collation',
    ),
  ],
  [
    'procedureStatus',
    names(
      'Db',
      'Name',
      'Type',
      'Definer',
      'Modified',
      'Created',
      'Security_type',
      'Comment',
      'character_set_client',
      'collation_connection',
      'Database Collation',
    ),
  ],
  ['openTables', names('Database', 'Table', 'In_use', 'Name_locked')],
  ['plugins', names('Name', 'Status', 'Type', 'Library', 'License')],
  ['privileges', names('Privilege', 'Context', 'Comment')],
  ['profiles', names('Query_ID', 'Duration', 'Query')],
  ['replicas', names('Server_Id', 'Host', 'Port', 'Source_Id', 'Replica_UUID')],
  ['replicaStatus', names('Replica_IO_State')],
  ['binaryLogs', names('Log_name', 'File_size', 'Encrypted')],
  ['binaryLogStatus', names('File', 'Position', 'Binlog_Do_DB', 'Binlog_Ignore_DB', 'Executed_Gtid_Set')],
]);

function names(...list: readonly string[]): readonly VirtualColumn[] {
  return list.map(name => [name, 'text'] as const);
}

/** An empty result for a subject of which there is nothing; undefined for subjects that are not known here. */
export function showNothing(subject: Show['subject']): ShowResult | undefined {
  const columns = EMPTY.get(subject);
  const rows: readonly Row[] = [];
  return columns === undefined ? undefined : {columns, rows};
}
