// CREATE VIEW, ALTER VIEW, DROP VIEW.
//
// A view is kept as the text of its query with every table name qualified, and is expanded where it is named. Its columns are fixed
// when it is made.

import {SqlError} from '../../base/sql-error.ts';
import {Binder} from '../bind/binder.ts';
import {checkTableName} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredView} from '../catalog/stored-table.ts';
import type {Query} from '../parse/ast.ts';
import type {CreateView, DropViews} from '../parse/ast-schema.ts';
import {bindEnvironment, planQuery} from './query.ts';
import {lockExistingSchema, schemaOf} from './resolve-name.ts';
import {qualifiedText} from './sql-text.ts';
import {StatementCatalog} from './statement-catalog.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import {tablesIn} from './table-references.ts';
import {newId} from './table-trees.ts';
import {viewSource} from './view-target.ts';

const CHECK_OPTION = /\s+with\s+(?:(?:cascaded|local)\s+)?check\s+option\s*$/i;

/** `end`: where the statement ends in the text. */
export function* createView(context: StatementContext, ast: CreateView, end: number): Steps<Outcome> {
  const {catalog, engine, state} = context;
  const schema = schemaOf(context, ast.view);
  const {name} = ast.view;
  checkTableName(name);
  yield* lockExistingSchema(context, schema);
  const old = yield* catalog.open(engine, schema, name, true);
  if (old?.kind === 'table') throw new SqlError('ER_WRONG_OBJECT', schema, name, 'VIEW');
  if (old === undefined && ast.alter) throw new SqlError('ER_NO_SUCH_TABLE', schema, name);
  if (old !== undefined && !ast.orReplace && !ast.alter) throw new SqlError('ER_TABLE_EXISTS', name);
  const view: StoredView = {
    kind: 'view',
    id: old?.id ?? (yield* newId(engine)),
    schema,
    name,
    sql: viewText(context, ast, end),
    columns: yield* columnNames(context, ast),
    ...(ast.check === null ? {} : {check: ast.check}),
    ...(ast.algorithm === null || ast.algorithm === 'undefined' ? {} : {algorithm: ast.algorithm}),
    definer: `${state.user}@${state.identity.accountHost}`,
    connectionCollation: state.collationConnection,
  };
  if (view.check !== undefined) yield* checkUpdatable(context, ast, view);
  if (old !== undefined) yield* catalog.changeTable(engine, old.view, view);
  else if (!(yield* catalog.addTable(engine, view))) throw new SqlError('ER_TABLE_EXISTS', name);
  return NOTHING_DONE;
}

/** WITH CHECK OPTION is for views that rows can be changed through: 1368. */
function* checkUpdatable(context: StatementContext, ast: CreateView, view: StoredView): Steps<void> {
  const statementCatalog = new StatementCatalog(context);
  yield* statementCatalog.load(ast.query);
  const {origin} = viewSource(view, new Binder(bindEnvironment(context, statementCatalog)));
  if (origin.kind !== 'merged') throw new SqlError('ER_VIEW_NONUPD_CHECK', view.schema, view.name);
}

function viewText(context: StatementContext, ast: CreateView, end: number): string {
  const common = commonNames(ast.query);
  const tables = tablesIn(ast.query).filter(table => table.schema !== null || !common.has(table.name));
  const text = qualifiedText(context.text, ast.query.at, end, tables, context.state.database);
  return ast.check === null ? text : text.replace(CHECK_OPTION, '');
}

/** Names that WITH clauses anywhere in the query define. */
function commonNames(query: Query): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const clause = (value as {readonly with?: Query['with']}).with;
    for (const {name} of clause?.tables ?? []) names.add(name);
    for (const part of Object.values(value)) visit(part);
  };
  visit(query);
  return names;
}

/** The columns: those of the list, or those of the query; each once. */
function* columnNames(context: StatementContext, ast: CreateView): Steps<readonly string[]> {
  const {columns} = yield* planQuery(context, ast.query);
  if (ast.columns.length > 0 && ast.columns.length !== columns.length) throw new SqlError('ER_VIEW_WRONG_LIST');
  const names = ast.columns.length > 0 ? ast.columns : columns.map(column => column.name);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new SqlError('ER_DUP_FIELDNAME', name);
    seen.add(name.toLowerCase());
  }
  return names;
}

export function* dropViews(context: StatementContext, ast: DropViews): Steps<Outcome> {
  const {catalog, engine, state} = context;
  const found: StoredView[] = [];
  const missing: string[] = [];
  for (const name of ast.views) {
    const schema = schemaOf(context, name);
    const opened = yield* catalog.open(engine, schema, name.name, true);
    if (opened === undefined) missing.push(`${schema}.${name.name}`);
    else if (opened.kind === 'table') throw new SqlError('ER_WRONG_OBJECT', schema, name.name, 'VIEW');
    else found.push(opened.view);
  }
  if (missing.length > 0 && !ast.ifExists) throw new SqlError('ER_BAD_TABLE', missing.join(','));
  for (const name of missing) state.warning('Note', 1051, `Unknown table '${name}'`);
  for (const view of found) yield* catalog.removeTable(engine, view);
  return NOTHING_DONE;
}
