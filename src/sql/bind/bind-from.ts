// The FROM clause: tables, views, derived tables, common tables and joins become sources, a join tree and a namespace.
//
// RIGHT JOIN becomes LEFT JOIN with its sides exchanged; the namespace keeps the written order. NATURAL and USING leave one of each pair
// of columns in the namespace: the one whose side is kept by the join. A derived table that only filters and joins is merged: its sources
// and conditions go into the query around it.

import {SqlError} from '../../base/sql-error.ts';
import type {TableDefinition, ViewDefinition} from '../catalog/definition.ts';
import type * as ast from '../parse/ast.ts';
import type {TableName} from '../parse/ast-expression.ts';
import {bindCommonSource} from './bind-common.ts';
import {bindCondition} from './bind-expression.ts';
import {bindJsonTable} from './bind-json-table.ts';
import {bindQuery} from './bind-query.ts';
import type {BoundQuery, BoundSelect, JoinTree} from './bound-query.ts';
import {sourcesOf} from './bound-query.ts';
import {compareExpressions} from './comparison-bind.ts';
import {type Expression, some, Volatility} from './expression.ts';
import {ColumnRef} from './leaf.ts';
import {conjuncts} from './logic.ts';
import {type NamedColumn, Namespace, Scope} from './scope.ts';
import type {MergedView, Source, SourceColumn} from './source.ts';
import {BlockingExpression} from './subquery.ts';

/** A bound table reference. */
export interface BoundReference {
  readonly tree: JoinTree;
  readonly namespace: Namespace;
}

/** Where in the FROM clause a reference stands. */
export interface Place {
  readonly scope: Scope;
  /** What was bound before it: LATERAL and JSON_TABLE may read it. */
  readonly before: Namespace;
  /** On the inner side of an outer join. */
  readonly isNullExtended: boolean;
  /** An ORDER BY of a derived table shall be kept: the query around it has no order of its own. */
  readonly keepsOrder: boolean;
}

/** Binds a list of references: they are joined without a condition. */
export function bindFrom(
  references: readonly ast.TableReference[],
  scope: Scope,
  keepsOrder: boolean,
): JoinTree | undefined {
  let result: BoundReference | undefined;
  for (const reference of references) {
    const before = result?.namespace ?? Namespace.empty;
    const place = {scope, before, isNullExtended: false, keepsOrder: keepsOrder && references.length === 1};
    const next = bindReference(reference, place);
    result = result === undefined ? next : crossJoin(result, next);
  }
  if (result === undefined) return undefined;
  scope.namespace = result.namespace;
  checkUnique(result.namespace.sources);
  return result.tree;
}

function crossJoin(left: BoundReference, right: BoundReference): BoundReference {
  return {
    tree: {kind: 'join', type: 'inner', left: left.tree, right: right.tree, on: []},
    namespace: left.namespace.join(right.namespace),
  };
}

function checkUnique(sources: readonly Source[]): void {
  const seen = new Set<string>();
  for (const source of sources) {
    const key = `${source.schema}\0${source.alias}`;
    if (seen.has(key)) throw new SqlError('ER_NONUNIQ_TABLE', source.alias);
    seen.add(key);
  }
}

/** Binds one reference. */
export function bindReference(reference: ast.TableReference, place: Place): BoundReference {
  switch (reference.kind) {
    case 'baseTable':
      return bindTable(reference, place);
    case 'derivedTable':
      return bindDerived(reference, place);
    case 'jsonTable':
      return leafOf(bindJsonTable(reference, place), place);
    case 'tableList':
      return reference.tables.map(table => bindReference(table, place)).reduce((left, right) => crossJoin(left, right));
    default:
      return bindJoin(reference, place);
  }
}

/** A reference that is one source. */
export function leafOf(source: Source, place: Place): BoundReference {
  if (place.isNullExtended) source.markNullExtended();
  return {tree: {kind: 'source', source}, namespace: Namespace.of(source)};
}

// --- Tables --------------------------------------------------------------------------------------------------------

function bindTable(reference: ast.BaseTable, place: Place): BoundReference {
  const {table, alias} = reference;
  if (table.schema === null) {
    const common = place.scope.findCommon(table.name);
    if (common !== undefined) return bindCommonSource(common, alias ?? table.name, place);
  }
  const schema = schemaOf(table, place.scope);
  const {catalog} = place.scope.binder.environment;
  const definition = catalog.table(schema, table.name);
  const name = alias ?? table.name;
  if (definition !== undefined) {
    const source = tableSource(definition, name, reference.indexHints, place.scope);
    source.readable = catalog.readable?.(definition);
    return leafOf(source, place);
  }
  const virtual = catalog.virtualTable(schema, table.name);
  if (virtual !== undefined) {
    const columns = virtual.columns.map(c => sourceColumn(c.name, c.type, true));
    const source = place.scope.binder.newSource(schema, name, columns, {kind: 'virtual', table: virtual});
    return leafOf(source, place);
  }
  return bindView(schema, table.name, name, place);
}

/** The schema of a table name; the current one when it has none (1046 without one). */
export function schemaOf(table: TableName, scope: Scope): string {
  if (table.schema !== null) return table.schema;
  const {database} = scope.binder.environment.session;
  if (database === '') throw new SqlError('ER_NO_DB');
  return database;
}

/** A source over a base table. */
export function tableSource(
  table: TableDefinition,
  alias: string,
  hints: readonly ast.IndexHint[],
  scope: Scope,
): Source {
  const columns = table.columns.map(c => ({
    name: c.name,
    type: c.type,
    nullable: c.nullable,
    invisible: c.invisible || c.hidden,
    hidden: c.hidden,
  }));
  for (const name of hints.flatMap(hint => hint.indexes)) checkIndexName(name, table, alias);
  return scope.binder.newSource(table.schema, alias, columns, {kind: 'table', table, hints});
}

/** Index hints must name indexes of the table (1176). */
function checkIndexName(name: string, table: TableDefinition, alias: string): void {
  const lower = name.toLowerCase();
  if (!table.indexes.some(index => index.name.toLowerCase() === lower)) {
    throw new SqlError('ER_KEY_DOES_NOT_EXIST', name, alias);
  }
}

/** A column of a source that is no base table. */
export function sourceColumn(name: string, type: SourceColumn['type'], nullable: boolean): SourceColumn {
  return {name, type, nullable, invisible: false, hidden: false};
}

function bindView(schema: string, name: string, alias: string, place: Place): BoundReference {
  const {environment} = place.scope.binder;
  const view = environment.catalog.view(schema, name);
  if (view === undefined) {
    if (!environment.catalog.schemaExists(schema)) throw new SqlError('ER_BAD_DB', schema);
    throw new SqlError('ER_NO_SUCH_TABLE', schema, name);
  }
  return bindViewSource({...view, schema, name}, alias, place);
}

/** A view under an alias. */
export function bindViewSource(
  view: ViewDefinition & {readonly schema: string; readonly name: string},
  alias: string,
  place: Place,
): BoundReference {
  const {schema, columns} = view;
  const {binder} = place.scope;
  // A view sees nothing of the query that names it.
  const outside = new Scope(binder, undefined);
  const others = binder.mergedViews;
  binder.mergedViews = [];
  const bound = binder.nested(() => bindQuery(binder.environment.parseQuery(view.sql), outside));
  const inner = binder.mergedViews;
  binder.mergedViews = others;
  if (view.algorithm === 'temptable' || !canMerge(bound, place))
    return materialized(bound, alias, derivedColumns(bound, columns, alias), schema, false, place);
  const known = mergedView(view, bound, inner);
  others.push(known);
  return merged(bound, alias, schema, derivedColumns(bound, columns, alias), place, known);
}

function mergedView(
  {schema, name, check}: Parameters<typeof bindViewSource>[0],
  query: BoundSelect,
  inner: readonly MergedView[],
): MergedView {
  const tables = sourcesOf(query.from as JoinTree);
  // Not those of its subqueries.
  const under = inner.filter(view => view.tables.every(table => tables.includes(table)));
  const conditions = [...query.where, ...under.flatMap(view => view.conditions)];
  const demanded = under.flatMap(view => view.checks);
  const checks = check === 'cascaded' ? conditions : check === 'local' ? [...query.where, ...demanded] : demanded;
  return {schema, name, tables, conditions, checks: [...new Set(checks)]};
}

// --- Derived tables ------------------------------------------------------------------------------------------------

function bindDerived(reference: ast.DerivedTable, place: Place): BoundReference {
  if (reference.alias === '') throw new SqlError('ER_DERIVED_MUST_HAVE_ALIAS');
  const parent = reference.lateral ? lateralScope(place) : commonsOnly(place.scope);
  const bound = place.scope.binder.nested(() => bindQuery(reference.query, parent));
  for (const outer of parent.outer) place.scope.noteOuter(outer);
  return derivedSource(bound, reference.alias, reference.columns, '', reference.lateral, place);
}

/** The scope in which something LATERAL is bound: it sees what stands before it. */
export function lateralScope(place: Place): Scope {
  const scope = new Scope(place.scope.binder, place.scope.parent);
  scope.namespace = place.before;
  for (const [name, common] of place.scope.commons) scope.commons.set(name, common);
  return scope;
}

/** A derived table sees the common tables of the block, and rows of the blocks around it, but none of its own block. */
function commonsOnly(scope: Scope): Scope {
  const inner = new Scope(scope.binder, scope.parent);
  for (const [name, common] of scope.commons) inner.commons.set(name, common);
  return inner;
}

/** The columns that a query gives a derived table, renamed by a column list. */
export function derivedColumns(query: BoundQuery, names: readonly string[], alias: string): readonly SourceColumn[] {
  if (names.length > 0 && names.length !== query.outputs.length) throw new SqlError('ER_VIEW_WRONG_LIST', alias);
  const seen = new Set<string>();
  return query.outputs.map(({name, expression}, i) => {
    const column = sourceColumn(names[i] ?? name, expression.type, expression.nullable);
    const lower = column.name.toLowerCase();
    if (seen.has(lower)) throw new SqlError('ER_DUP_FIELDNAME', column.name);
    seen.add(lower);
    return column;
  });
}

/** A source over a bound query: merged into the query around it where that changes nothing. */
export function derivedSource(
  query: BoundQuery,
  alias: string,
  names: readonly string[],
  schema: string,
  lateral: boolean,
  place: Place,
): BoundReference {
  const columns = derivedColumns(query, names, alias);
  if (canMerge(query, place)) return merged(query, alias, schema, columns, place, undefined);
  return materialized(query, alias, columns, schema, lateral, place);
}

function materialized(
  query: BoundQuery,
  alias: string,
  columns: readonly SourceColumn[],
  schema: string,
  lateral: boolean,
  place: Place,
): BoundReference {
  const source = place.scope.binder.newSource(schema, alias, columns, {kind: 'derived', query, lateral});
  return leafOf(source, place);
}

/** True when the query only filters and joins, so that its parts can move into the query around it. */
export function canMerge(query: BoundQuery, place: Place): query is BoundSelect {
  if (query.kind !== 'select' || query.from === undefined || query.grouping !== undefined) return false;
  if (query.distinct || query.windows.length > 0 || query.limit !== undefined || query.having.length > 0) return false;
  if (query.orderBy.length > 0 && place.keepsOrder) return false;
  if (query.computed.length > 0 || query.straightJoin) return false;
  return query.outputs.every(({expression}) => canMove(expression, place.isNullExtended));
}

/** An output that may be evaluated elsewhere, and more than once. */
function canMove(e: Expression, isNullExtended: boolean): boolean {
  if (isNullExtended && !(e instanceof ColumnRef)) return false;
  return e.volatility < Volatility.volatile && !some(e, part => part instanceof BlockingExpression);
}

function merged(
  query: BoundSelect,
  alias: string,
  schema: string,
  columns: readonly SourceColumn[],
  place: Place,
  view: MergedView | undefined,
): BoundReference {
  const tree = query.from as JoinTree;
  if (place.isNullExtended) for (const source of sourcesOf(tree)) source.markNullExtended();
  const expressions = query.outputs.map(({expression}) =>
    expression instanceof ColumnRef ? expression.source.ref(expression.column) : expression,
  );
  const source = place.scope.binder.newSource(schema, alias, columns, {kind: 'merged', columns: expressions, view});
  return {tree: withConditions(tree, query.where), namespace: Namespace.of(source)};
}

/** The tree, with conditions that belong to it. */
function withConditions(tree: JoinTree, conditions: readonly Expression[]): JoinTree {
  return conditions.length === 0 ? tree : {kind: 'filtered', tree, conditions};
}

// --- Joins ---------------------------------------------------------------------------------------------------------

function bindJoin(join: ast.Join, place: Place): BoundReference {
  const leftPlace = {...place, keepsOrder: false, isNullExtended: place.isNullExtended || join.type === 'right'};
  const left = bindReference(join.left, leftPlace);
  const right = bindReference(join.right, {
    ...place,
    keepsOrder: false,
    before: place.before.join(left.namespace),
    isNullExtended: place.isNullExtended || join.type === 'left',
  });
  checkUnique([...left.namespace.sources, ...right.namespace.sources]);
  // A RIGHT JOIN is a LEFT JOIN the other way round, the order of its columns too.
  const [first, second] = join.type === 'right' ? [right.namespace, left.namespace] : [left.namespace, right.namespace];
  const shared = sharedColumns(join, first, second);
  const namespace = joinedNamespace(join, first, second, shared);
  const connection = place.scope.binder.environment.session.collationConnection;
  const on = shared.map(([l, r]) => compareExpressions('=', refOf(l), refOf(r), connection));
  if (join.on !== null) {
    const present = new Set([...presentIn(left.tree), ...presentIn(right.tree)]);
    on.push(...bindOn(join.on, left.namespace.join(right.namespace), present, place.scope));
  }
  return {tree: joinTree(join.type, left.tree, right.tree, on), namespace};
}

function refOf({source, column}: NamedColumn): Expression {
  return source.read(column);
}

function joinTree(type: ast.Join['type'], left: JoinTree, right: JoinTree, on: readonly Expression[]): JoinTree {
  if (type === 'right') return {kind: 'join', type: 'left', left: right, right: left, on};
  return {kind: 'join', type, left, right, on};
}

function bindOn(
  on: NonNullable<ast.Join['on']>,
  namespace: Namespace,
  present: ReadonlySet<Source>,
  scope: Scope,
): readonly Expression[] {
  const before = scope.namespace;
  scope.namespace = namespace;
  scope.present = present;
  const bound = scope.within('on clause', () => conjuncts(bindCondition(on, scope)));
  scope.namespace = before;
  scope.present = undefined;
  return bound;
}

/** The sources of a side of a join that have a row of their own whenever its ON is tested. */
function presentIn(tree: JoinTree): readonly Source[] {
  switch (tree.kind) {
    case 'source':
      return [tree.source];
    case 'filtered':
      return presentIn(tree.tree);
    default:
      return tree.type === 'left' ? presentIn(tree.left) : [...presentIn(tree.left), ...presentIn(tree.right)];
  }
}

/** The pairs of columns that NATURAL or USING compares. */
function sharedColumns(
  join: ast.Join,
  first: Namespace,
  second: Namespace,
): readonly (readonly [NamedColumn, NamedColumn])[] {
  const visible = (n: Namespace): readonly NamedColumn[] =>
    n.columns.filter(c => !c.source.columns[c.column].invisible);
  const names = join.natural
    ? visible(first)
        .map(c => c.lower)
        .filter(lower => visible(second).some(c => c.lower === lower))
    : join.using.map(name => name.toLowerCase());
  const pairs = names.map(name => [named(name, first), named(name, second)] as const);
  return pairs.sort(([a], [b]) => first.columns.indexOf(a) - first.columns.indexOf(b));
}

function named(lower: string, namespace: Namespace): NamedColumn {
  const found = namespace.columns.filter(c => c.lower === lower);
  if (found.length === 0) throw new SqlError('ER_BAD_FIELD', lower, 'from clause');
  if (found.length > 1) throw new SqlError('ER_NON_UNIQ', lower, 'from clause');
  return found[0];
}

/**
 * Shared columns first, once; then the other columns of both. `first` is the side that is never extended with NULLs: its columns stand for the
 * shared ones.
 */
function joinedNamespace(
  join: ast.Join,
  first: Namespace,
  second: Namespace,
  shared: readonly (readonly [NamedColumn, NamedColumn])[],
): Namespace {
  if (shared.length === 0) return join.type === 'right' ? second.join(first) : first.join(second);
  const kept = shared.map(([column]) => column);
  const gone = new Set(shared.flat());
  const rest = [...first.columns, ...second.columns].filter(c => !gone.has(c));
  return new Namespace([...first.sources, ...second.sources], [...kept, ...rest]);
}
