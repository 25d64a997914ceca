// sys: the views that tools ask for, as far as their figures are kept here. What MySQL shows there and nobody counts here (rows examined, waits for files, use of
// indexes) is left out: the columns, and where nothing else would be left the views.
//
// Each of the views with times is there twice, as in MySQL: for people, and under x$ with picoseconds.

import {integerMax} from '../../../format/value/integer.ts';
import {Kind, type Value} from '../../../format/value/types.ts';
import {formatPicoTime} from '../../functions/amount.ts';
import type {DigestStatistics} from '../../session/statement-digests.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {StoredTable} from '../stored-table.ts';
import {columnTypeText} from '../type-text.ts';
import {baseTables, namedIndexes} from './index-tables.ts';
import {digestOf, PICOSECONDS, picoseconds, sessionsByTransaction} from './performance-tables.ts';
import {dateTimeOf, nextAutoIncrement, visibleObjects} from './schema-tables.ts';
import type {Row, VirtualColumn, VirtualDefinition} from './virtual-table.ts';

/** Which sys schema these are views of. */
const SYS_VERSION = '2.1.3';
const STATEMENT_CHARACTERS_MAX = 64;

const version: VirtualDefinition = {
  name: 'version',
  columns: [
    ['sys_version', 'name'],
    ['mysql_version', 'name'],
  ],
  // biome-ignore lint/correctness/useYield: nothing to wait for
  *rows({world}) {
    return [[SYS_VERSION, String(world.facts.get('version') ?? '')]];
  },
};

// --- Sessions ------------------------------------------------------------------------------------------------------

function sessions(name: string, shown: (statement: string) => string): VirtualDefinition {
  return {
    name,
    columns: [
      ['thd_id', 'uint'],
      ['conn_id', 'uint'],
      ['user', 'text'],
      ['db', 'name'],
      ['command', 'name'],
      ['state', 'name'],
      ['time', 'int'],
      ['current_statement', 'long'],
      ['trx_id', 'uint'],
    ],
    *rows(context) {
      return (yield* context.processes()).map(
        ({id, user, host, database, command, state, seconds, info, transaction}) => [
          id,
          id,
          `${user}@${host.replace(/:\d+$/, '')}`,
          database === '' ? null : database,
          command,
          state === '' ? null : state,
          seconds,
          info === '' ? null : shown(info),
          transaction === 0 ? null : transaction,
        ],
      );
    },
  };
}

/** The beginning and the end of a long statement, as sys.format_statement gives it. */
function shortened(statement: string): string {
  if (statement.length <= STATEMENT_CHARACTERS_MAX) return statement.replaceAll('\n', ' ');
  const half = STATEMENT_CHARACTERS_MAX / 2 - 2;
  return `${statement.slice(0, half)} ... ${statement.slice(-half)}`.replaceAll('\n', ' ');
}

function asWritten(statement: string): string {
  return statement;
}

const lockWaits: VirtualDefinition = {
  name: 'innodb_lock_waits',
  columns: [
    ['waiting_trx_id', 'uint'],
    ['waiting_pid', 'uint'],
    ['waiting_query', 'long'],
    ['blocking_trx_id', 'uint'],
    ['blocking_pid', 'uint'],
    ['blocking_query', 'long'],
    ['sql_kill_blocking_query', 'name'],
    ['sql_kill_blocking_connection', 'name'],
  ],
  *rows(context) {
    const waits = context.world.engine.lockWaits();
    const sessionOf = yield* sessionsByTransaction(context);
    return waits.map(({waiter, holder}) => {
      const [waiting, blocking] = [sessionOf.get(waiter), sessionOf.get(holder)];
      const query = (info: string | undefined): string | null => (info ? shortened(info) : null);
      const kill = (words: string): string | null => (blocking === undefined ? null : `${words} ${blocking.id}`);
      return [
        waiter,
        waiting?.id ?? null,
        query(waiting?.info),
        holder,
        blocking?.id ?? null,
        query(blocking?.info),
        kill('KILL QUERY'),
        kill('KILL'),
      ];
    });
  },
};

// --- Statements ----------------------------------------------------------------------------------------------------

/** How a view shows statements and times. */
interface Style {
  readonly prefix: string;
  readonly time: VirtualColumn[1];
  statement(text: string): string;
  duration(ms: number): Value;
}

const FOR_PEOPLE: Style = {
  prefix: '',
  time: 'name',
  statement: shortened,
  duration: ms => formatPicoTime(ms * PICOSECONDS),
};

const RAW: Style = {
  prefix: 'x$',
  time: 'uint',
  statement: asWritten,
  duration: picoseconds,
};

/** The digests that have run, and what every view says of them. */
function told(context: StatementContext): readonly DigestStatistics[] {
  return context.digests.all().filter(({count}) => count > 0);
}

/** What each of these views begins with. */
function head(style: Style, {text, schema, count, errors, warnings}: DigestStatistics): readonly Value[] {
  return [text === null ? null : style.statement(text), schema === '' ? null : schema, count, errors, warnings];
}

function seen(context: StatementContext, digest: DigestStatistics): readonly Value[] {
  return [
    dateTimeOf(context, digest.firstSeenMicros),
    dateTimeOf(context, context.digests.wallMicrosOf(digest.lastMs)),
  ];
}

function statementAnalysis(style: Style): VirtualDefinition {
  return {
    name: `${style.prefix}statement_analysis`,
    columns: [
      ['query', 'long'],
      ['db', 'name'],
      ['exec_count', 'uint'],
      ['err_count', 'uint'],
      ['warn_count', 'uint'],
      ['total_latency', style.time],
      ['max_latency', style.time],
      ['avg_latency', style.time],
      ['rows_sent', 'uint'],
      ['rows_sent_avg', 'uint'],
      ['rows_affected', 'uint'],
      ['rows_affected_avg', 'uint'],
      ['digest', 'name'],
      ['first_seen', 'datetime'],
      ['last_seen', 'datetime'],
    ],
    *rows(context) {
      const byTime = [...told(context)].sort((a, b) => b.totalMs - a.totalMs);
      return byTime.map(each => [
        ...head(style, each),
        style.duration(each.totalMs),
        style.duration(each.maxMs),
        style.duration(each.totalMs / each.count),
        each.rowsSent,
        Math.round(each.rowsSent / each.count),
        each.rowsAffected,
        Math.round(each.rowsAffected / each.count),
        digestOf(context, each),
        ...seen(context, each),
      ]);
    },
  };
}

function withErrors(style: Style): VirtualDefinition {
  return {
    name: `${style.prefix}statements_with_errors_or_warnings`,
    columns: [
      ['query', 'long'],
      ['db', 'name'],
      ['exec_count', 'uint'],
      ['errors', 'uint'],
      ['warnings', 'uint'],
      ['first_seen', 'datetime'],
      ['last_seen', 'datetime'],
      ['digest', 'name'],
    ],
    *rows(context) {
      const found = told(context).filter(({errors, warnings}) => errors > 0 || warnings > 0);
      const byErrors = found.sort((a, b) => b.errors - a.errors || b.warnings - a.warnings);
      return byErrors.map(each => [...head(style, each), ...seen(context, each), digestOf(context, each)]);
    },
  };
}

// --- Schemas -------------------------------------------------------------------------------------------------------

const autoIncrements: VirtualDefinition = {
  name: 'schema_auto_increment_columns',
  columns: [
    ['table_schema', 'name'],
    ['table_name', 'name'],
    ['column_name', 'name'],
    ['data_type', 'name'],
    ['column_type', 'name'],
    ['is_signed', 'int'],
    ['is_unsigned', 'int'],
    ['max_value', 'uint'],
    ['auto_increment', 'uint'],
  ],
  *rows(context) {
    const rows: Row[] = [];
    for (const table of yield* baseTables(context)) {
      const column = table.columns.find(({autoIncrement}) => autoIncrement);
      if (column === undefined || column.type.kind > Kind.bigint) continue;
      const {unsigned} = column.type;
      const typeText = columnTypeText(column.type);
      rows.push([
        table.schema,
        table.name,
        column.name,
        typeText.replace(/[ (].*/, ''),
        typeText,
        unsigned ? 0 : 1,
        unsigned ? 1 : 0,
        integerMax(column.type),
        yield* nextAutoIncrement(context, table),
      ]);
    }
    return rows;
  },
};

const objectOverview: VirtualDefinition = {
  name: 'schema_object_overview',
  columns: [
    ['db', 'name'],
    ['object_type', 'name'],
    ['count', 'int'],
  ],
  *rows(context) {
    const counts = new Map<string, number>();
    const add = (schema: string, type: string, n = 1): void => {
      const key = `${schema}\0${type}`;
      counts.set(key, (counts.get(key) ?? 0) + n);
    };
    for (const object of yield* visibleObjects(context)) {
      add(object.schema, object.kind === 'view' ? 'VIEW' : 'BASE TABLE');
      if (object.kind === 'table') add(object.schema, 'INDEX (BTREE)', entriesOf(object));
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => [...key.split('\0'), count]);
  },
};

/** MySQL counts the parts of indexes there. */
function entriesOf(table: StoredTable): number {
  return namedIndexes(table).reduce((sum, {parts}) => sum + parts.length, 0);
}

const metrics: VirtualDefinition = {
  name: 'metrics',
  columns: [
    ['Variable_name', 'name'],
    ['Variable_value', 'text'],
    ['Type', 'name'],
    ['Enabled', 'name'],
  ],
  *rows(context) {
    return context.statusRows().map(([name, value]) => [name.toLowerCase(), value, 'Global Status', 'YES']);
  },
};

/** All of them. */
export const SYS_TABLES: readonly VirtualDefinition[] = [
  version,
  sessions('processlist', shortened),
  sessions('session', shortened),
  sessions('x$processlist', asWritten),
  sessions('x$session', asWritten),
  lockWaits,
  ...[FOR_PEOPLE, RAW].flatMap(style => [statementAnalysis(style), withErrors(style)]),
  autoIncrements,
  objectOverview,
  metrics,
];
