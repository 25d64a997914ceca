// The actions of ALTER TABLE, carried out on a draft of the table, one after the other.

import {SqlError} from '../../base/sql-error.ts';
import {collationOf} from '../../format/value/collation.ts';
import {checkColumnName, checkObjectName} from '../catalog/names.ts';
import type {StoredColumn} from '../catalog/stored-table.ts';
import {isCharacterType} from '../catalog/type-text.ts';
import type {TableName} from '../parse/ast-expression.ts';
import type {AlterAction, ColumnDefinition, ColumnPosition, ForeignKey} from '../parse/ast-schema.ts';
import {type DefineEnvironment, defineColumn, literalDefault} from './define-column.ts';
import {addCheck, addColumn} from './define-table.ts';
import {columnsOf, FunctionalIndexes} from './functional-index.ts';
import type {StatementContext} from './statement-context.ts';
import {type DraftIndex, PRIMARY, type TableDraft} from './table-draft.ts';
import {collationOption, readOptions} from './table-options.ts';

/** What the actions ask for besides the new definition. */
export interface AlterWishes {
  rename: TableName | undefined;
  /** AUTO_INCREMENT = n */
  firstAutoValue: number | undefined;
  /** The rows have to be written anew though the columns look the same: FORCE, ENGINE, a new CHECK. */
  rebuild: boolean;
  /** ALGORITHM, in capitals. */
  algorithm: 'DEFAULT' | 'INSTANT' | 'INPLACE' | 'COPY';
  /** LOCK, in capitals. */
  lock: 'DEFAULT' | 'NONE' | 'SHARED' | 'EXCLUSIVE';
  /** To be added when all else is as it will be. */
  readonly foreignKeys: ForeignKey[];
}

type AlterMethod = Extract<AlterAction, {readonly value: string}>;

export class AlterDraft {
  readonly draft: TableDraft;
  readonly wishes: AlterWishes = {
    rename: undefined,
    firstAutoValue: undefined,
    rebuild: false,
    algorithm: 'DEFAULT',
    lock: 'DEFAULT',
    foreignKeys: [],
  };
  readonly #context: StatementContext;
  readonly #environment: DefineEnvironment;
  readonly #table: string;
  readonly #functional: FunctionalIndexes;

  constructor(draft: TableDraft, table: string, context: StatementContext, environment: DefineEnvironment) {
    this.draft = draft;
    this.#table = table;
    this.#context = context;
    this.#environment = environment;
    this.#functional = new FunctionalIndexes(context, table);
  }

  apply(action: AlterAction): void {
    const {draft} = this;
    switch (action.kind) {
      case 'addColumn':
        addColumn(
          draft,
          action.column,
          this.#table,
          this.#environment,
          this.#position(action.position, draft.columns.length),
        );
        return;
      case 'changeColumn':
        this.#change(action.name, action.column, action.position);
        return;
      case 'dropColumn':
        this.#dropColumn(action.name);
        return;
      case 'renameColumn':
        this.#renameColumn(action.from, action.to);
        return;
      case 'setDefault':
        this.#setDefault(action);
        return;
      case 'dropDefault':
        this.#replace(draft.position(action.column, this.#table), column => ({...column, default: {kind: 'none'}}));
        return;
      case 'columnVisibility':
        this.#replace(draft.position(action.name, this.#table), column => ({...column, invisible: !action.visible}));
        return;
      default:
        this.#applyOther(action);
    }
  }

  #applyOther(action: AlterAction): void {
    const {draft, wishes} = this;
    switch (action.kind) {
      case 'addIndex':
        draft.addIndex(action.index, this.#functional);
        return;
      case 'dropIndex':
        this.#dropIndex(action.name);
        return;
      case 'dropPrimaryKey':
        this.#dropIndex(PRIMARY);
        return;
      case 'renameIndex':
        this.#renameIndex(action.from, action.to);
        return;
      case 'indexVisibility':
        this.#replaceIndex(action.name, index => ({...index, invisible: !action.visible}));
        return;
      case 'addCheck':
        addCheck(draft, action.check, this.#table, this.#environment);
        wishes.rebuild = true;
        return;
      case 'dropCheck':
      case 'dropConstraint':
        this.#dropConstraint(action.name, action.kind === 'dropCheck');
        return;
      case 'checkEnforcement':
      case 'constraintEnforcement':
        this.#enforce(action.name, action.enforced);
        return;
      case 'renameTable':
        wishes.rename = action.to;
        return;
      case 'option':
        this.#option(action);
        return;
      case 'convertCharset':
        this.#convert(collationOption(action.charset ?? undefined, action.collation ?? undefined));
        return;
      case 'force':
        wishes.rebuild = true;
        return;
      case 'algorithm':
        wishes.algorithm = algorithmOf((action as AlterMethod).value);
        return;
      case 'lock':
        wishes.lock = lockOf((action as AlterMethod).value);
        return;
      case 'enableKeys':
      case 'disableKeys':
      case 'orderBy':
      case 'withValidation':
      case 'withoutValidation':
        return;
      case 'addForeignKey':
        wishes.foreignKeys.push(action.foreignKey);
        return;
      case 'dropForeignKey':
        if (!this.#dropForeignKey(action.name)) throw new SqlError('ER_CANT_DROP_FIELD_OR_KEY', action.name);
        return;
      default:
        throw new SqlError('ER_NOT_SUPPORTED_YET', `ALTER TABLE ... ${action.kind}`);
    }
  }

  // --- Columns -------------------------------------------------------------------------------------------------------

  /** Where FIRST or AFTER puts a column. */
  #position(position: ColumnPosition | null, otherwise: number): number {
    if (position === null) return otherwise;
    return position.kind === 'first' ? 0 : this.draft.position(position.column, this.#table) + 1;
  }

  #replace(at: number, change: (column: StoredColumn) => StoredColumn): void {
    this.draft.columns[at] = change(this.draft.columns[at]);
  }

  /** MODIFY and CHANGE: a new definition under the old id. */
  #change(name: string, ast: ColumnDefinition, position: ColumnPosition | null): void {
    const {draft} = this;
    const at = draft.position(name, this.#table);
    const isRenamed = ast.name.toLowerCase() !== name.toLowerCase();
    if (isRenamed) this.#checkNotInFunctional(at);
    const changed = defineColumn(ast, draft.columns[at].id, draft.collation, this.#environment);
    draft.columns.splice(at, 1);
    draft.addColumn(changed, this.#position(position, at));
    this.#refreshFunctional();
    if (ast.key !== null) draft.addColumnKey(ast.key, changed);
    for (const check of ast.checks) addCheck(draft, check, this.#table, this.#environment);
  }

  /** The column leaves its indexes too; an index without columns goes. */
  #dropColumn(name: string): void {
    const {draft} = this;
    const at = draft.find(name);
    if (at < 0) throw new SqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
    if (draft.columns.length === 1) throw new SqlError('ER_CANT_REMOVE_ALL_FIELDS');
    this.#checkNotInFunctional(at);
    const [{id}] = draft.columns.splice(at, 1);
    draft.indexes = draft.indexes
      .map(index => {
        const parts = index.parts.filter(part => part.columnId !== id);
        return parts.length === index.parts.length ? index : {...index, parts, tree: undefined};
      })
      .filter(index => index.parts.length > 0);
  }

  #renameColumn(from: string, to: string): void {
    const {draft} = this;
    const at = draft.position(from, this.#table);
    checkColumnName(to);
    this.#checkNotInFunctional(at);
    const other = draft.find(to);
    if (other >= 0 && other !== at) throw new SqlError('ER_DUP_FIELDNAME', to);
    this.#replace(at, column => ({...column, name: to}));
  }

  /** 3837 for a column that a functional key part reads: it can be neither dropped nor called otherwise. */
  #checkNotInFunctional(at: number): void {
    const {columns, functional} = this.draft;
    const {name} = columns[at];
    if (functional.some(column => columnsOf(column).has(name.toLowerCase())))
      throw new SqlError('ER_DEPENDENT_BY_FUNCTIONAL_INDEX', name);
  }

  /** Columns have got other types: so may expressions over them. */
  #refreshFunctional(): void {
    const {draft} = this;
    draft.functional = draft.functional.map(column => this.#functional.refreshed(draft, column));
  }

  #setDefault({column: name, value}: Extract<AlterAction, {kind: 'setDefault'}>): void {
    const at = this.draft.position(name, this.#table);
    const {type, nullable} = this.draft.columns[at];
    const literal = literalDefault(name, value, type, nullable, this.#environment);
    this.#replace(at, column => ({...column, default: literal}));
  }

  /** CONVERT TO CHARACTER SET: the table's default, and that of all its character columns. */
  #convert(collation: number | undefined): void {
    if (collation === undefined) return;
    const {draft} = this;
    draft.collation = collation;
    const isBinary = collationOf(collation).charset.name === 'binary';
    if (isBinary) throw new SqlError('ER_NOT_SUPPORTED_YET', 'CONVERT TO CHARACTER SET binary');
    for (const [at, column] of draft.columns.entries()) {
      if (isCharacterType(column.type)) this.#replace(at, () => ({...column, type: {...column.type, collation}}));
    }
    this.#refreshFunctional();
  }

  // --- Indexes and constraints ---------------------------------------------------------------------------------------

  #dropIndex(name: string): void {
    const at = this.draft.findIndex(name);
    if (at >= 0) {
      this.draft.indexes.splice(at, 1);
      this.draft.dropUnused();
    }
    // The same statement has made another one in its place.
    else if (!this.draft.replaced.delete(name.toLowerCase())) throw new SqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  }

  #replaceIndex(name: string, change: (index: DraftIndex) => DraftIndex): void {
    const {draft} = this;
    const at = draft.findIndex(name);
    if (at < 0) throw new SqlError('ER_KEY_DOES_NOT_EXIST', name, this.#table);
    draft.indexes[at] = change(draft.indexes[at]);
  }

  #renameIndex(from: string, to: string): void {
    checkObjectName(to);
    const other = this.draft.findIndex(to);
    if (other >= 0 && other !== this.draft.findIndex(from)) throw new SqlError('ER_DUP_KEYNAME', to);
    this.#replaceIndex(from, index => ({...index, name: to}));
  }

  #dropConstraint(name: string, checksOnly: boolean): void {
    const {draft} = this;
    const at = draft.checks.findIndex(check => check.name.toLowerCase() === name.toLowerCase());
    if (at >= 0) draft.checks.splice(at, 1);
    else if (checksOnly) throw new SqlError('ER_CHECK_NOT_EXISTS', name);
    else if (!this.#dropForeignKey(name)) this.#dropIndex(name);
  }

  /** False: there is none of this name. */
  #dropForeignKey(name: string): boolean {
    const {draft} = this;
    const at = draft.foreignKeys.findIndex(key => key.name.toLowerCase() === name.toLowerCase());
    if (at >= 0) draft.foreignKeys.splice(at, 1);
    return at >= 0;
  }

  #enforce(name: string, enforced: boolean): void {
    const {draft} = this;
    const at = draft.checks.findIndex(check => check.name.toLowerCase() === name.toLowerCase());
    if (at < 0) throw new SqlError('ER_CHECK_NOT_EXISTS', name);
    draft.checks[at] = {...draft.checks[at], enforced};
    if (enforced) this.wishes.rebuild = true;
  }

  #option({option}: Extract<AlterAction, {kind: 'option'}>): void {
    const {collation, comment, autoIncrement} = readOptions([option], this.#context.state.sqlMode);
    if (collation !== undefined) this.draft.collation = collation;
    if (comment !== undefined) this.draft.comment = comment;
    if (autoIncrement !== undefined) this.wishes.firstAutoValue = Math.max(1, autoIncrement);
    if (option.name === 'ENGINE') this.wishes.rebuild = true;
  }
}

const ALGORITHMS = ['DEFAULT', 'INSTANT', 'INPLACE', 'COPY'] as const;
const LOCKS = ['DEFAULT', 'NONE', 'SHARED', 'EXCLUSIVE'] as const;

function algorithmOf(name: string): AlterWishes['algorithm'] {
  const found = ALGORITHMS.find(algorithm => algorithm === name.toUpperCase());
  if (found === undefined) throw new SqlError('ER_UNKNOWN_ALTER_ALGORITHM', name);
  return found;
}

function lockOf(name: string): AlterWishes['lock'] {
  const found = LOCKS.find(lock => lock === name.toUpperCase());
  if (found === undefined) throw new SqlError('ER_UNKNOWN_ALTER_LOCK', name);
  return found;
}
