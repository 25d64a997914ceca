// ANALYZE TABLE ... UPDATE HISTOGRAM and DROP HISTOGRAM. A table's histograms are one record of the system tree; primaries read it with their statistics.

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type Value} from '../../format/value/types.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import {
  BUCKETS_DEFAULT,
  BUCKETS_MAX,
  decodeHistograms,
  encodeHistograms,
  type Histogram,
  HistogramBuilder,
} from '../catalog/histogram.ts';
import {quoteName} from '../catalog/names.ts';
import {RecordKind} from '../catalog/record-tree.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredColumn, StoredTable} from '../catalog/stored-table.ts';
import type {ResultSink} from '../exec/result-sink.ts';
import type {Query} from '../parse/ast.ts';
import type {Histogram as Ast} from '../parse/ast-command.ts';
import {parse} from '../parse/statement.ts';
import {execute} from './collect.ts';
import {inOwnTransaction} from './own-transaction.ts';
import {collectRows, planQuery} from './query.ts';
import type {StatementContext} from './statement-context.ts';

/** What is told about one column. */
export type HistogramMessage = readonly [type: 'status' | 'Error', text: string];

export function* changeHistograms(
  context: StatementContext,
  {stored}: OpenTable,
  ast: Ast,
): Steps<readonly HistogramMessage[]> {
  if (ast.data !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'HISTOGRAM ... USING DATA');
  if (ast.auto === true) throw new SqlError('ER_NOT_SUPPORTED_YET', 'HISTOGRAM ... AUTO UPDATE');
  const buckets = ast.buckets ?? BUCKETS_DEFAULT;
  if (buckets < 1 || buckets > BUCKETS_MAX)
    throw new SqlError('ER_DATA_OUT_OF_RANGE', 'Number of buckets', 'ANALYZE TABLE');
  const made: Histogram[] = [];
  const gone: number[] = [];
  const messages: HistogramMessage[] = [];
  const known = yield* readHistograms(context, stored);
  for (const name of ast.columns) {
    const column = stored.columns.find(each => !each.hidden && each.name.toLowerCase() === name.toLowerCase());
    const fault = column === undefined ? `The column '${name}' does not exist.` : unsuited(stored, column);
    if (ast.action === 'drop') {
      const has = known.some(histogram => histogram.column === column?.id);
      if (has && column !== undefined) gone.push(column.id);
      messages.push(
        has
          ? ['status', `Histogram statistics removed for column '${name}'.`]
          : ['Error', `No histogram statistics found for column '${name}'.`],
      );
    } else if (column === undefined || fault !== undefined) messages.push(['Error', fault ?? '']);
    else {
      made.push(yield* make(context, stored, column, buckets));
      messages.push(['status', `Histogram statistics created for column '${column.name}'.`]);
    }
  }
  if (made.length + gone.length > 0) yield* inOwnTransaction(context, own => write(own, stored, made, gone));
  context.statistics.forget(stored.id);
  return messages;
}

/** Why there can be none for a column. */
function unsuited(table: StoredTable, column: StoredColumn): string | undefined {
  if (column.type.kind === Kind.json) return `The column '${column.name}' has an unsupported data type.`;
  const isAlone = table.indexes.some(
    ({kind, parts}) => kind !== 'index' && parts.length === 1 && table.columns[parts[0].column] === column,
  );
  return isAlone ? `The column '${column.name}' is covered by a single-part unique index.` : undefined;
}

function* make(context: StatementContext, table: StoredTable, column: StoredColumn, buckets: number): Steps<Histogram> {
  const from = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  const name = quoteName(column.name);
  const [[rows]] = (yield* collectRows(context, queryOf(`SELECT COUNT(*) FROM ${from}`))).rows;
  const builder = new HistogramBuilder(Number(rows), buckets);
  const values = `SELECT ${name}, COUNT(*) FROM ${from} WHERE ${name} IS NOT NULL GROUP BY ${name} ORDER BY ${name}`;
  const plan = yield* planQuery(context, queryOf(values));
  const sink: ResultSink = {
    begin: () => {},
    row: ([value, count]: readonly Value[]) => {
      builder.add(value, Number(count));
      return true;
    },
    rowBytes: () => true,
    end: () => {},
  };
  yield* execute(plan.execution, {...context.exec, registers: []}, sink);
  return builder.finish(column.id, column.type, context.state.statementMicros);
}

function queryOf(sql: string): Query {
  return parse(sql) as Query;
}

/** The histograms of a table that are about its columns as they are now. */
export function* readHistograms(
  {catalog, engine}: Pick<StatementContext, 'catalog' | 'engine'>,
  table: StoredTable,
): Steps<readonly Histogram[]> {
  const text = yield* catalog.readers.read(engine.waiter, reader =>
    catalog.records.read(reader, RecordKind.histograms, '', String(table.id)),
  );
  return text === undefined ? [] : decodeHistograms(text).filter(histogram => fits(histogram, table));
}

function fits({column, type}: Histogram, {columns}: StoredTable): boolean {
  return columns.some(each => each.id === column && JSON.stringify(each.type) === JSON.stringify(type));
}

function* write(
  own: StatementContext,
  table: StoredTable,
  made: readonly Histogram[],
  gone: readonly number[],
): Steps<void> {
  const {catalog, engine} = own;
  const old = yield* readHistograms(own, table);
  const replaced = [...gone, ...made.map(histogram => histogram.column)];
  const kept = old.filter(histogram => !replaced.includes(histogram.column));
  yield* dropHistograms(own, table);
  if (kept.length + made.length === 0) return;
  const record = {name1: '', name2: String(table.id), text: encodeHistograms([...kept, ...made])};
  yield* catalog.records.insert(engine, RecordKind.histograms, record);
}

/** The table goes, or has other rows: its histograms go with it. */
export function* dropHistograms(
  {catalog, engine}: Pick<StatementContext, 'catalog' | 'engine'>,
  table: StoredTable,
): Steps<void> {
  yield* catalog.records.remove(engine, RecordKind.histograms, '', String(table.id));
}
