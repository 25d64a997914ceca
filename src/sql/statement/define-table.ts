// CREATE TABLE's syntax as a draft: columns, indexes, constraints, options.

import {SqlError} from '../../base/sql-error.ts';
import type {CheckDefinition} from '../catalog/definition.ts';
import {checkObjectName} from '../catalog/names.ts';
import type {CheckConstraint, ColumnDefinition, CreateTable} from '../parse/ast-schema.ts';
import {type DefineEnvironment, defineColumn} from './define-column.ts';
import {FunctionalIndexes} from './functional-index.ts';
import {parenthesizedText} from './sql-text.ts';
import type {StatementContext} from './statement-context.ts';
import {TableDraft} from './table-draft.ts';
import type {OptionValues} from './table-options.ts';

export function defineEnvironment(context: StatementContext): DefineEnvironment {
  const {text, state} = context;
  return {text, modes: state.parseModes, conversion: state, collationConnection: state.collationConnection};
}

/** The draft of a CREATE TABLE with these columns; `collation` is the one that the options or the schema give. */
export function defineTable(
  context: StatementContext,
  ast: CreateTable,
  collation: number,
  options: OptionValues,
): TableDraft {
  refuseUnsupported(ast);
  const environment = defineEnvironment(context);
  const draft = new TableDraft(collation);
  draft.comment = options.comment ?? '';
  for (const column of ast.columns) addColumn(draft, column, ast.table.name, environment);
  const functional = new FunctionalIndexes(context, ast.table.name);
  for (const index of ast.indexes) draft.addIndex(index, functional);
  for (const check of ast.checks) addCheck(draft, check, ast.table.name, environment);
  return draft;
}

function refuseUnsupported(ast: CreateTable): void {
  if (ast.partitioning !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'partitioning');
}

/** Adds a column with its keys and checks to the draft of `table`. `at`: its position. */
export function addColumn(
  draft: TableDraft,
  ast: ColumnDefinition,
  table: string,
  environment: DefineEnvironment,
  at: number = draft.columns.length,
): void {
  const column = defineColumn(ast, draft.newColumnId(), draft.collation, environment);
  draft.addColumn(column, at);
  if (ast.key !== null) draft.addColumnKey(ast.key, column);
  for (const check of ast.checks) addCheck(draft, check, table, environment);
}

/** Adds a CHECK; one without a name gets table_chk_n. */
export function addCheck(draft: TableDraft, ast: CheckConstraint, table: string, environment: DefineEnvironment): void {
  const name = ast.name ?? freeCheckName(draft, table);
  checkObjectName(name);
  if (draft.checks.some(check => check.name.toLowerCase() === name.toLowerCase())) {
    throw new SqlError('ER_CHECK_DUP_NAME', name);
  }
  const sql = parenthesizedText(environment.text, environment.modes, ast.at, ast.expression.at);
  const check: CheckDefinition = {name, sql, enforced: ast.enforced};
  draft.checks.push(check);
}

function freeCheckName(draft: TableDraft, table: string): string {
  const taken = draft.checks.map(({name}) => generatedNumber(name, table));
  return `${table}_chk_${Math.max(0, ...taken) + 1}`;
}

/** The number in a name that was made for a CHECK of the table; 0 for other names. */
function generatedNumber(name: string, table: string): number {
  const prefix = `${table}_chk_`;
  const digits = name.slice(prefix.length);
  return name.startsWith(prefix) && /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
}

/** The checks of a table under another name: those that are named after it follow. */
export function renamedChecks(
  checks: readonly CheckDefinition[],
  from: string,
  to: string,
): readonly CheckDefinition[] {
  return checks.map(check => {
    const number = generatedNumber(check.name, from);
    return number === 0 ? check : {...check, name: `${to}_chk_${number}`};
  });
}
