// A row source as names see it: one item of a FROM clause with an alias and columns. The planner decides how its rows are got.

import type {LockMode, LockWait} from '../../engine/api.ts';
import {LockMode as Mode, LockWait as Wait} from '../../engine/api.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ReadableColumns, TableDefinition, VirtualTable} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {IndexHint} from '../parse/ast.ts';
import type {BoundQuery, CommonTable} from './bound-query.ts';
import type {Expression} from './expression.ts';
import {ColumnRef} from './leaf.ts';
import type {RegisterFile} from './register-file.ts';

export interface SourceColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Not part of `*`. */
  readonly invisible: boolean;
  /** Has no name at all (the hidden row id). */
  readonly hidden: boolean;
}

/** Where rows come from. */
export type SourceOrigin =
  | {readonly kind: 'table'; readonly table: TableDefinition; readonly hints: readonly IndexHint[]}
  | {readonly kind: 'derived'; readonly query: BoundQuery; readonly lateral: boolean}
  | {readonly kind: 'common'; readonly common: CommonTable}
  /** A CTE inside its own recursive part: the rows of the round before. */
  | {readonly kind: 'recursion'; readonly common: CommonTable}
  | {readonly kind: 'virtual'; readonly table: VirtualTable}
  /** JSON_TABLE: rows made from a value. */
  | {readonly kind: 'function'; readonly rows: TableFunction}
  /** A derived table that was merged into its query: its columns are expressions over the sources it brought along. */
  | {readonly kind: 'merged'; readonly columns: readonly Expression[]; readonly view: MergedView | undefined};

/** What changing rows through a view that was merged needs to know of it. */
export interface MergedView {
  readonly schema: string;
  readonly name: string;
  /** The sources that it brought along. */
  readonly tables: readonly Source[];
  /** Its conditions, and those of the views under it. */
  readonly conditions: readonly Expression[];
  /** Those of them that WITH CHECK OPTION demands of changed rows. */
  readonly checks: readonly Expression[];
}

/** A table function: makes rows out of the current row's values. */
export interface TableFunction {
  readonly argument: Expression;
  readonly text: string;
  rows(argument: Value, context: ExecContext): readonly (readonly Value[])[];
}

/** How the rows of a source are locked (FOR UPDATE, FOR SHARE). */
export interface SourceLock {
  readonly mode: LockMode;
  readonly wait: LockWait;
}

const NO_LOCK: SourceLock = {mode: Mode.none, wait: Wait.wait};

export class Source {
  /** Unique in the statement. */
  readonly id: number;
  readonly schema: string;
  /** The name it is called by in the query. */
  readonly alias: string;
  readonly columns: readonly SourceColumn[];
  readonly origin: SourceOrigin;
  lock: SourceLock = NO_LOCK;
  /** Undefined: the statement may name every column. */
  readable: ReadableColumns | undefined;
  #isNullExtended = false;
  readonly #registers: RegisterFile;
  readonly #refs: (ColumnRef | undefined)[] = [];
  readonly #numbers: Int32Array;

  constructor(
    id: number,
    schema: string,
    alias: string,
    columns: readonly SourceColumn[],
    origin: SourceOrigin,
    registers: RegisterFile,
  ) {
    this.id = id;
    this.schema = schema;
    this.alias = alias;
    this.columns = columns;
    this.origin = origin;
    this.#registers = registers;
    this.#numbers = new Int32Array(columns.length).fill(-1);
  }

  /** On the inner side of an outer join: every column may be NULL. */
  get isNullExtended(): boolean {
    return this.#isNullExtended;
  }

  markNullExtended(): void {
    this.#isNullExtended = true;
    this.#refs.length = 0;
  }

  /** An outer join was found to be an inner one. */
  unmarkNullExtended(): void {
    this.#isNullExtended = false;
    this.#refs.length = 0;
  }

  /** The expression that reads a column; from now on the source must deliver it. */
  ref(column: number): Expression {
    if (this.origin.kind === 'merged') return this.origin.columns[column];
    let ref = this.#refs[column];
    if (ref === undefined) {
      if (this.#numbers[column] < 0) this.#numbers[column] = this.#registers.take();
      ref = new ColumnRef(this, column, this.#numbers[column], this.#isNullExtended);
      this.#refs[column] = ref;
    }
    return ref;
  }

  /** `ref` for a column that the statement names: 1143 when it may not be read. */
  read(column: number): Expression {
    const {readable} = this;
    if (readable !== undefined && !readable.names.has(this.columns[column].name.toLowerCase()))
      throw readable.denied(this.columns[column].name);
    return this.ref(column);
  }

  /** `*` stands for all columns: 1142 unless all may be read. */
  checkAllReadable(): void {
    const {readable} = this;
    if (readable === undefined) return;
    const isHidden = (column: SourceColumn): boolean =>
      !column.invisible && !readable.names.has(column.name.toLowerCase());
    if (this.columns.some(isHidden)) throw readable.deniedTable();
  }

  /** By column: its register, -1 when nobody reads it. */
  get registers(): Int32Array {
    return this.#numbers;
  }

  /** Position of a column by name, case ignored; -1 when there is none. */
  find(name: string): number {
    const lower = name.toLowerCase();
    return this.columns.findIndex(c => !c.hidden && c.name.toLowerCase() === lower);
  }
}
