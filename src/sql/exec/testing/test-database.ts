// A small database for tests: CREATE TABLE, INSERT ... VALUES, CREATE VIEW and queries over the fake engine. What statements do beyond
// that is the business of sql/statement.

import {BugError} from '../../../base/assert.ts';
import {BLOCKED, DONE} from '../../../engine/api.ts';
import {Memory} from '../../../format/memory.ts';
import {encodeRow} from '../../../format/row/encode.ts';
import {Overflow} from '../../../format/row/overflow.ts';
import {coerceForColumn} from '../../../format/value/convert.ts';
import {toText} from '../../../format/value/domain.ts';
import {UTC} from '../../../format/value/time-zone.ts';
import type {SqlType, Value} from '../../../format/value/types.ts';
import {bindScalar} from '../../bind/bind-expression.ts';
import type {BindEnvironment} from '../../bind/binder.ts';
import {Binder} from '../../bind/binder.ts';
import {Scope} from '../../bind/scope.ts';
import {typeOfValue} from '../../bind/variables.ts';
import {buildTable} from '../../catalog/build-table.ts';
import type {CatalogView, IndexPart, TableDefinition} from '../../catalog/definition.ts';
import {type StoredColumn, type StoredIndex, storedColumn} from '../../catalog/stored-table.ts';
import {TestSession} from '../../functions/testing/evaluate.ts';
import type {Insert, Query} from '../../parse/ast.ts';
import type {ColumnDefinition, CreateTable} from '../../parse/ast-schema.ts';
import {parse} from '../../parse/statement.ts';
import {prepareSelect, type SelectPlan} from '../../plan/prepare.ts';
import {NO_STATISTICS, type PlanStatistics} from '../../plan/statistics.ts';
import {columnType} from '../../statement/column-type.ts';
import type {ExecContext} from '../contract.ts';
import type {ResultColumn} from '../result-column.ts';
import type {ResultSink, RowWirePlans} from '../result-sink.ts';
import {FakeEngine} from './fake-engine.ts';

/** utf8mb4_0900_ai_ci. */
const COLLATION = 255;
const SCHEMA = 'shop';
/** Values longer than this go to "overflow pages" when the test wants that. */
const LONG_BYTES = 200;

/** Keeps rows as texts. */
class TextSink implements ResultSink {
  readonly rows: (string | null)[][] = [];
  columns: readonly ResultColumn[] = [];
  isEnded = false;
  /** Rows after which the client is slow once; 0 = never. */
  slowEvery = 0;
  #offered = 0;

  begin(columns: readonly ResultColumn[]): void {
    this.columns = columns;
  }

  row(values: readonly Value[], count: number): boolean {
    const shown = values
      .slice(0, count)
      .map((value, i) => (value === null ? null : showValue(value, this.columns[i].type)));
    this.rows.push(shown);
    return !this.#isSlow();
  }

  /** Reads the text protocol's form back. */
  rowBytes(plan: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    const out = Buffer.alloc(plan.text.maxBytes(payloadLength));
    const view = new DataView(out.buffer, out.byteOffset);
    const end = plan.text.write(memory, payloadAt, out, view, 0);
    this.rows.push(readTextRow(out.subarray(0, end), this.columns.length));
    return !this.#isSlow();
  }

  end(): void {
    this.isEnded = true;
  }

  #isSlow(): boolean {
    return this.slowEvery > 0 && ++this.#offered % this.slowEvery === 0;
  }
}

function readTextRow(bytes: Buffer, columns: number): (string | null)[] {
  const row: (string | null)[] = [];
  let at = 0;
  for (let i = 0; i < columns; i++) {
    const lead = bytes[at];
    if (lead === 0xfb) {
      row.push(null);
      at++;
      continue;
    }
    const length = lead < 251 ? lead : bytes.readUInt16LE(at + 1);
    at += lead < 251 ? 1 : 3;
    row.push(bytes.toString('utf8', at, at + length));
    at += length;
  }
  return row;
}

function showValue(value: NonNullable<Value>, type: SqlType): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : toText(value, type);
}

/** What a query gave. */
export interface TestResult {
  readonly columns: readonly ResultColumn[];
  /** Each row as its texts joined by `|`, NULL as NULL. */
  readonly rows: readonly string[];
  readonly plan: SelectPlan;
}

export class TestDatabase {
  readonly engine: FakeEngine = new FakeEngine();
  readonly session: TestSession = new TestSession();
  statistics: PlanStatistics = NO_STATISTICS;
  /** Long values go to overflow pages. */
  usesOverflow = false;
  /** The client is slow at every so many rows; 0 = never. */
  slowEvery = 0;
  readonly #tables: Map<string, TableDefinition> = new Map();
  readonly #views: Map<string, {readonly sql: string; readonly columns: readonly string[]}> = new Map();
  readonly #counts: Map<string, number> = new Map();
  #ids = 0;

  readonly catalog: CatalogView = {
    table: (schema, name) => (schema === SCHEMA ? this.#tables.get(name) : undefined),
    view: (schema, name) => (schema === SCHEMA ? this.#views.get(name) : undefined),
    schemaExists: schema => schema === SCHEMA,
    virtualTable: () => undefined,
  };

  /** Runs CREATE TABLE, CREATE VIEW and INSERT statements separated by semicolons. */
  run(script: string): void {
    for (const sql of script.split(';').map(s => s.trim())) {
      if (sql === '') continue;
      const view = /^create view (\w+) as (.*)$/is.exec(sql);
      if (view !== null) this.#views.set(view[1], {sql: view[2], columns: []});
      else this.#runStatement(sql);
    }
  }

  table(name: string): TableDefinition {
    const table = this.#tables.get(name);
    if (table === undefined) throw new BugError(`no table ${name}`);
    return table;
  }

  rowCount(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** What binding may know, for the values of `?`. */
  environment(parameters: readonly Value[] = []): BindEnvironment {
    return {
      catalog: this.catalog,
      session: this.session,
      parameterTypes: parameters.map(value => typeOfValue(value, COLLATION)),
      parseQuery: sql => parseQuery(sql),
    };
  }

  plan(sql: string, parameters: readonly Value[] = []): SelectPlan {
    return prepareSelect(parseQuery(sql), this.environment(parameters), this.statistics);
  }

  context(parameters: readonly Value[] = []): ExecContext {
    return {registers: [], parameters, engine: this.engine, session: this.session};
  }

  query(sql: string, parameters: readonly Value[] = []): TestResult {
    return this.execute(this.plan(sql, parameters), parameters);
  }

  /** Runs a plan; plans can be run again. */
  execute(plan: SelectPlan, parameters: readonly Value[] = []): TestResult {
    const sink = new TextSink();
    sink.slowEvery = this.slowEvery;
    const context = this.context(parameters);
    plan.execution.start(context);
    try {
      let result: number = BLOCKED;
      for (let polls = 0; result === BLOCKED; polls++) {
        if (polls > 1_000_000) throw new BugError('no progress');
        result = plan.execution.poll(context, sink);
      }
      if (result !== DONE || !sink.isEnded) throw new BugError(`the execution ended with ${result}`);
    } finally {
      plan.execution.finish(context);
    }
    return {columns: sink.columns, rows: sink.rows.map(row => row.map(v => v ?? 'NULL').join('|')), plan};
  }

  #runStatement(sql: string): void {
    const statement = parse(sql);
    if (statement.kind === 'createTable') this.#create(statement);
    else if (statement.kind === 'insert') this.#insert(statement);
    else throw new BugError(`not for tests: ${statement.kind}`);
  }

  #create(create: CreateTable): void {
    const columns = create.columns.map(column => this.#column(column));
    const partsOf = (
      names: readonly {readonly column: string; readonly length: number; readonly descending: boolean}[],
    ): IndexPart[] =>
      names.map(n => ({
        column: columns.findIndex(c => c.name.toLowerCase() === n.column.toLowerCase()),
        length: n.length,
        descending: n.descending,
      }));
    const indexes: StoredIndex[] = [];
    const add = (name: string, kind: StoredIndex['kind'], parts: readonly IndexPart[]): void => {
      const tree = {treeId: ++this.#ids, rootPage: this.#ids};
      indexes.push({name, kind, parts, tree, comment: '', invisible: false});
    };
    for (const column of create.columns) {
      if (column.key === null) continue;
      add(
        column.key === 'primary' ? 'PRIMARY' : column.name,
        column.key,
        partsOf([{column: column.name, length: 0, descending: false}]),
      );
    }
    for (const index of create.indexes) {
      const parts = index.parts.map(p => ({column: p.column ?? '', length: p.length ?? 0, descending: p.descending}));
      const kind = index.type === 'primary' || index.type === 'unique' ? index.type : 'index';
      add(kind === 'primary' ? 'PRIMARY' : (index.name ?? parts[0].column), kind, partsOf(parts));
    }
    indexes.sort((a, b) => Number(b.kind === 'primary') - Number(a.kind === 'primary'));
    const primary = indexes[0]?.kind === 'primary' ? indexes[0].parts.map(p => p.column) : [];
    const stored = columns.map((c, i) => (primary.includes(i) ? {...c, nullable: false} : c));
    this.#tables.set(
      create.table.name,
      buildTable({
        kind: 'table',
        id: ++this.#ids,
        schema: SCHEMA,
        name: create.table.name,
        version: 1,
        columns: stored,
        indexes,
        rowVersion: 1,
        earlierRows: [],
        foreignKeys: [],
        referencedBy: [],
        building: [],
        checks: [],
        counterPage: 0,
        rowIdPage: 0,
        collation: COLLATION,
        comment: '',
        createdMicros: 0,
      }),
    );
  }

  #column(column: ColumnDefinition): StoredColumn {
    const type = columnType(column.name, column.type, COLLATION);
    return storedColumn(++this.#ids, column.name, type, {
      nullable: column.nullable ?? column.key !== 'primary',
      autoIncrement: column.autoIncrement,
    });
  }

  #insert(insert: Insert): void {
    const table = this.table(insert.table.name);
    if (insert.source.kind !== 'rows') throw new BugError('INSERT ... SELECT is not for tests');
    const targets =
      insert.columns?.map(c => table.columns.findIndex(t => t.name === c.name)) ?? table.columns.map((_, i) => i);
    const scope = new Scope(new Binder(this.environment()), undefined);
    for (const row of [...insert.source.rows, ...(insert.source.more ?? [])]) {
      const values: Value[] = table.columns.map(() => null);
      for (const [i, item] of row.entries()) {
        const bound = bindScalar(item, scope);
        const column = table.columns[targets[i]];
        const context = {...this.#conversion(), column: column.name, row: 1, ignore: false};
        values[targets[i]] = coerceForColumn(bound.evaluate(this.context()), bound.type, column.type, context);
      }
      this.#store(table, values);
    }
  }

  #conversion() {
    const {sqlMode, timeZone, statementMicros} = this.session;
    return {sqlMode, timeZone, statementMicros, warning: (): void => {}};
  }

  #store(table: TableDefinition, values: readonly Value[]): void {
    const memory = new Memory(new ArrayBuffer(65536));
    const stored = values.map(value => this.#longValue(value));
    const length = encodeRow(table.rowLayout, stored, memory, 0, UTC);
    const own = new Memory(memory.bytes.slice(0, (length + 15) & ~7).buffer);
    this.engine.table(table.handle).insert(table.handle, own, length);
    this.#counts.set(table.name, this.rowCount(table.name) + 1);
  }

  #longValue(value: Value): Value | Overflow {
    if (!this.usesOverflow || typeof value !== 'string' || value.length < LONG_BYTES) return value;
    const bytes = Buffer.from(value, 'utf8');
    return new Overflow(this.engine.keepLongValue(bytes), bytes.length, bytes.subarray(0, 100));
  }
}

function parseQuery(sql: string): Query {
  const statement = parse(sql, {placeholders: true});
  if (statement.kind !== 'query') throw new BugError(`no query: ${sql}`);
  return statement;
}
