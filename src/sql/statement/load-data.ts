// LOAD DATA LOCAL INFILE: rows from a file that the client sends.
//
// It is an INSERT (or REPLACE) of one row again and again, whose values are the fields of a line, as parameters, and the expressions of SET. The file is taken as
// it comes: when more has come than can be stored, the client is not read from. It cannot be told to stop, so what is wrong with a row is a
// warning, as with IGNORE, and when the statement fails the rest of the file is read over before the client hears of it.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, INTERRUPTED, ROW} from '../../engine/api.ts';
import {Form, formOf} from '../../format/row/layout.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Insert, Load} from '../parse/ast.ts';
import type {ColumnName, Expression} from '../parse/ast-expression.ts';
import {needTable} from './access.ts';
import {ForeignKeys} from './foreign-keys.ts';
import {InsertRun, type RowSupply} from './insert.ts';
import {type BoundValue, type InsertPlan, planInsert} from './insert-plan.ts';
import {LoadLines} from './load-lines.ts';
import type {NewRow} from './new-row.ts';
import {bindEnvironment} from './query.ts';
import {StatementCatalog} from './statement-catalog.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {targetTable} from './target-table.ts';

/** Bytes of the file that may wait to be read; more are not taken from the client. */
const HELD_MAX = 1 << 20;

/** Takes the bytes of a file that a client sends. */
export interface FileReceiver {
  /** False: no more for now; `resume` of the request asks for it. */
  data(bytes: Uint8Array): boolean;
  end(): void;
}

/** A file that is on its way. */
export interface FileRequest {
  /** The receiver takes more. */
  resume(): void;
}

export function* loadData(context: StatementContext, ast: Load): Steps<Outcome> {
  if (ast.format === 'xml') throw new SqlError('ER_NOT_SUPPORTED_YET', 'LOAD XML');
  if (!ast.local) throw new SqlError('ER_OPTION_PREVENTS_STATEMENT', '--secure-file-priv');
  if (ast.partitions.length > 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'partitioning');
  if (context.state.systemVariable('local_infile', 'global') !== 1)
    throw new SqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
  const decoder = decoderOf(ast.charset);
  const lines = new LoadLines(ast.fileFormat);
  const job = yield* plan(context, ast);
  const file = new IncomingFile(context, lines);
  const request = context.requestFile(ast.path, file);
  if (request === undefined) throw new SqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
  file.request = request;
  try {
    return yield* run(context, ast, job, file, decoder);
  } catch (error) {
    file.discard();
    while (!file.hasEnded) yield;
    throw error;
  }
}

interface LoadJob {
  readonly insert: Insert;
  readonly plan: InsertPlan;
  readonly table: TableDefinition;
  readonly foreignKeys: ForeignKeys | undefined;
  /** Where each field goes: a column, or the name of a user variable. */
  readonly targets: readonly (number | string)[];
  /** The row that the statement inserts: parameters of fields that are columns, then SET. */
  readonly row: readonly BoundValue[];
  /** The parameters: fields that go to columns. */
  readonly parameters: Value[];
}

/** The statement as an INSERT of one row. */
function* plan(context: StatementContext, ast: Load): Steps<LoadJob> {
  const {state} = context;
  const catalog = new StatementCatalog(context);
  const {at, table: name, assignments} = ast;
  const rows: Expression[] = [];
  const replace = ast.duplicates === 'replace';
  const shape = {hints: null, priority: null, partitions: [], rowAlias: null, onDuplicate: []} as const;
  const first: Insert = {
    kind: 'insert',
    at,
    ...shape,
    replace,
    ignore: true,
    table: name,
    columns: null,
    source: {kind: 'rows', rows: [], more: null},
  };
  yield* catalog.load(first);
  const table = targetTable(context, catalog, name);
  if (replace) needTable(context, Privilege.delete, 'DELETE', table.schema, table.name);
  const targets = targetsOf(ast, table);
  const columns: ColumnName[] = [];
  for (const target of targets) {
    if (typeof target === 'string') state.setUserVariable(target, '');
    else {
      rows.push({kind: 'parameter', at, index: columns.length, literal: null});
      columns.push({kind: 'column', at, schema: null, table: null, name: table.columns[target].name});
    }
  }
  const parameterTypes = targets.filter(target => typeof target === 'number').map(target => fieldType(table, target));
  for (const {column, value} of assignments) {
    columns.push(column);
    rows.push(value);
  }
  const insert: Insert = {...first, columns, source: {kind: 'rows', rows: [rows], more: null}};
  const environment = {...bindEnvironment(context, catalog), parameterTypes};
  const bound = planInsert(insert, table, environment, -1);
  const row = bound.rows?.at(0) ?? [];
  const foreignKeys = ForeignKeys.of(context, catalog, table);
  return {insert, plan: bound, table, foreignKeys, targets, row, parameters: parameterTypes.map(() => null)};
}

/** How fields become texts. */
function decoderOf(charset: string | null): (bytes: Uint8Array) => string {
  const encoding = ENCODINGS.get((charset ?? 'utf8mb4').toLowerCase());
  if (encoding === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charset ?? '');
  const decoder = new TextDecoder(encoding, {fatal: true, ignoreBOM: true});
  return bytes => {
    try {
      return decoder.decode(bytes);
    } catch {
      const shown = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
      throw new SqlError('ER_INVALID_CHARACTER_STRING', charset ?? 'utf8mb4', shown);
    }
  };
}

const ENCODINGS: ReadonlyMap<string, string> = new Map([
  ['utf8mb4', 'utf-8'],
  ['utf8mb3', 'utf-8'],
  ['utf8', 'utf-8'],
  ['ascii', 'utf-8'],
  ['binary', 'utf-8'],
  ['latin1', 'windows-1252'],
]);

/** Where the fields go: what the statement lists, or all columns. */
function targetsOf({targets}: Load, table: TableDefinition): (number | string)[] {
  if (targets.length === 0) {
    const visible = ({hidden, invisible}: TableDefinition['columns'][number]): boolean => !hidden && !invisible;
    return [...table.columns.keys()].filter(c => visible(table.columns[c]));
  }
  return targets.map(target => {
    if (target.kind === 'userVariable') return target.name;
    const lower = target.name.toLowerCase();
    const at = table.columns.findIndex(column => !column.hidden && column.name.toLowerCase() === lower);
    if (at < 0) throw new SqlError('ER_BAD_FIELD', target.name, 'field list');
    return at;
  });
}

function isBinary(table: TableDefinition, column: number): boolean {
  const form = formOf(table.columns[column].type);
  return form === Form.bytes || form === Form.bit;
}

/** Fields are texts, but for columns that keep bytes. */
function fieldType(table: TableDefinition, column: number): SqlType {
  if (isBinary(table, column)) return sqlType(Kind.varbinary, {length: 65535});
  return sqlType(Kind.varchar, {length: 16383, collation: 255});
}

// --- Rows ----------------------------------------------------------------------------------------------------------

function* run(
  context: StatementContext,
  ast: Load,
  job: LoadJob,
  file: IncomingFile,
  decode: (bytes: Uint8Array) => string,
): Steps<Outcome> {
  for (let skipped = 0; skipped < ast.ignoreLines; ) {
    if (file.lines.skip()) skipped++;
    else if (file.isEmpty) break;
    else if (file.take() === BLOCKED) yield;
  }
  const exec = {...context.exec, parameters: job.parameters};
  const supply = new LoadSupply(context, job, file, decode);
  const inserting = new InsertRun({...context, exec}, job.plan, job.insert, true, {
    foreignKeys: job.foreignKeys,
    check: undefined,
  });
  const {affectedRows, lastInsertId} = yield* inserting.run(supply);
  const {rows} = supply;
  const deleted = job.insert.replace ? affectedRows - rows : 0;
  const skipped = job.insert.replace ? 0 : rows - affectedRows;
  const {warningCount} = context.state.diagnostics;
  const info = `Records: ${rows}  Deleted: ${deleted}  Skipped: ${skipped}  Warnings: ${warningCount}`;
  return changed(affectedRows, info, lastInsertId);
}

class LoadSupply implements RowSupply {
  readonly #context: StatementContext;
  readonly #job: LoadJob;
  readonly #file: IncomingFile;
  readonly #decode: (bytes: Uint8Array) => string;
  rows = 0;

  constructor(context: StatementContext, job: LoadJob, file: IncomingFile, decode: (bytes: Uint8Array) => string) {
    this.#context = context;
    this.#job = job;
    this.#file = file;
    this.#decode = decode;
  }

  rowsLeft(): number {
    return 1;
  }

  next(row: NewRow): number {
    const file = this.#file;
    if (this.#context.state.isInterrupted) return INTERRUPTED;
    while (!file.lines.next()) {
      if (file.isEmpty) return DONE;
      if (file.take() === BLOCKED) return BLOCKED;
    }
    this.rows++;
    this.#takeFields();
    row.takeBound(this.#missing());
    return ROW;
  }

  #takeFields(): void {
    const {targets, parameters, table} = this.#job;
    const {fields} = this.#file.lines;
    if (fields.length > targets.length) {
      const text = `Row ${this.rows} was truncated; it contained more data than there were input columns`;
      this.#context.state.warning('Warning', 1262, text);
    }
    let parameter = 0;
    for (const [i, target] of targets.entries()) {
      const field = fields[i] ?? null;
      if (typeof target === 'string') this.#context.state.setUserVariable(target, field && this.#decode(field));
      else parameters[parameter++] = field === null || isBinary(table, target) ? field : this.#decode(field);
    }
  }

  /** The row, with defaults for the columns that the line has no fields for. */
  #missing(): readonly BoundValue[] {
    const {row, targets} = this.#job;
    const {length} = this.#file.lines.fields;
    if (length >= targets.length) return row;
    this.#context.state.warning('Warning', 1261, `Row ${this.rows} doesn't contain data for all columns`);
    const isColumn = (target: number | string): boolean => typeof target === 'number';
    const given = targets.slice(0, length).filter(isColumn).length;
    const all = targets.filter(isColumn).length;
    return row.map((value, i) => (i >= given && i < all ? 'default' : value));
  }
}

// --- The file ------------------------------------------------------------------------------------------------------

/** What has come of the file and has not been read. */
class IncomingFile implements FileReceiver {
  readonly lines: LoadLines;
  readonly #context: StatementContext;
  #waiting: Uint8Array[] = [];
  #held = 0;
  #isFull = false;
  #isDiscarded = false;
  request: FileRequest | undefined;
  hasEnded = false;
  /** Everything has been given to the lines. */
  isEmpty = false;

  constructor(context: StatementContext, lines: LoadLines) {
    this.#context = context;
    this.lines = lines;
  }

  data(bytes: Uint8Array): boolean {
    if (this.#isDiscarded) return true;
    this.#waiting.push(bytes);
    this.#held += bytes.length;
    this.#isFull = this.#held >= HELD_MAX;
    this.#context.engine.waiter.wake();
    return !this.#isFull;
  }

  end(): void {
    this.hasEnded = true;
    this.#context.engine.waiter.wake();
  }

  /** Gives the lines what has come, or tells them that nothing more comes. BLOCKED: neither. */
  take(): number {
    const next = this.#waiting.shift();
    if (next === undefined) {
      if (!this.hasEnded) return BLOCKED;
      this.lines.end();
      this.isEmpty = true;
      return ROW;
    }
    this.lines.add(next);
    this.#held -= next.length;
    if (this.#isFull && this.#held < HELD_MAX / 2) {
      this.#isFull = false;
      this.request?.resume();
    }
    return ROW;
  }

  /** The rest is of no use. */
  discard(): void {
    this.#isDiscarded = true;
    this.#waiting = [];
    this.#held = 0;
    if (this.#isFull) this.request?.resume();
  }
}
