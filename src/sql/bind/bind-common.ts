// Common table expressions. Each use of a CTE that can be merged is bound anew and merged like a derived table; one that cannot is
// bound once, materialised once, and scanned by every use. A recursive one is always materialised.

import {SqlError} from '../../base/sql-error.ts';
import type * as ast from '../parse/ast.ts';
import {type BoundReference, canMerge, derivedColumns, derivedSource, leafOf, type Place} from './bind-from.ts';
import {bindQuery} from './bind-query.ts';
import type {BoundQuery, CommonTable} from './bound-query.ts';
import {convertExactly} from './convert.ts';
import {type CommonBinding, Scope} from './scope.ts';

/** Makes the names of a WITH clause known in a scope. Each CTE sees the ones before it, and itself when it is recursive. */
export function bindWith(clause: ast.WithClause | null, scope: Scope): void {
  if (clause === null) return;
  for (const table of clause.tables) {
    if (scope.commons.has(table.name)) throw new SqlError('ER_NONUNIQ_TABLE', table.name);
    const inner = new Scope(scope.binder, scope.parent);
    for (const [name, common] of scope.commons) inner.commons.set(name, common);
    const isRecursive = clause.recursive && mentions(table.query, table.name);
    const binding: CommonBinding = {
      name: table.name,
      columns: table.columns,
      query: table.query,
      scope: inner,
      shared: undefined,
      recursion: undefined,
      isRecursive,
    };
    if (isRecursive) inner.commons.set(table.name, binding);
    scope.commons.set(table.name, binding);
  }
}

/** True when some FROM clause in the syntax names this table without a schema. */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some(item => mentions(item, name));
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const {kind, table} = node as {readonly kind?: unknown; readonly table?: ast.BaseTable['table']};
  if (kind === 'baseTable' && table !== undefined && table.schema === null && table.name === name) return true;
  return Object.values(node).some(item => mentions(item, name));
}

/** A use of a CTE in a FROM clause. */
export function bindCommonSource(binding: CommonBinding, alias: string, place: Place): BoundReference {
  const {binder} = place.scope;
  if (binding.recursion !== undefined) {
    const {recursion} = binding;
    recursion.uses++;
    const columns = recursion.columns.map(c => ({...c, invisible: false, hidden: false}));
    return leafOf(binder.newSource('', alias, columns, {kind: 'recursion', common: recursion}), place);
  }
  if (binding.shared === undefined) {
    const query = binding.isRecursive ? undefined : binder.nested(() => bindQuery(binding.query, binding.scope));
    noteOuter(binding, place.scope);
    if (query !== undefined && canMerge(query, place)) {
      return derivedSource(query, alias, binding.columns, '', false, place);
    }
    binding.shared = query === undefined ? bindRecursive(binding) : commonTable(binding, query);
  }
  noteOuter(binding, place.scope);
  const {shared} = binding;
  shared.uses++;
  const columns = shared.columns.map(c => ({...c, invisible: false, hidden: false}));
  return leafOf(binder.newSource('', alias, columns, {kind: 'common', common: shared}), place);
}

/** What the CTE reads from further out, every block between its definition and its use reads too. */
function noteOuter(binding: CommonBinding, user: Scope): void {
  for (
    let scope: Scope | undefined = user;
    scope !== undefined && scope !== binding.scope.parent;
    scope = scope.parent
  ) {
    for (const outer of binding.scope.outer) scope.noteOuter(outer);
  }
}

function commonTable(binding: CommonBinding, query: BoundQuery): CommonTable {
  const columns = derivedColumns(query, binding.columns, binding.name);
  return {name: binding.name, columns, query, recursion: undefined, uses: 0};
}

// --- Recursion -----------------------------------------------------------------------------------------------------

interface UnionBranch {
  readonly body: ast.QueryBody;
  /** How it is joined to what stands before it. */
  readonly all: boolean;
}

/** The branches of a chain of UNIONs. */
function unionBranches(body: ast.QueryBody, all: boolean): readonly UnionBranch[] {
  if (body.kind !== 'setOperation' || body.operator !== 'union') return [{body, all}];
  const [first, ...rest] = body.operands;
  return [...unionBranches(first, all), ...rest.map(operand => ({body: operand, all: body.all}))];
}

function asQuery(body: ast.QueryBody): ast.Query {
  if (body.kind === 'query') return body;
  return {kind: 'query', at: body.at, with: null, body, orderBy: [], limit: null, locking: [], into: null};
}

function unionAll(operands: readonly ast.QueryBody[]): ast.QueryBody {
  if (operands.length === 1) return operands[0];
  return {kind: 'setOperation', at: operands[0].at, operator: 'union', all: true, operands};
}

function bindRecursive(binding: CommonBinding): CommonTable {
  const {query, scope, name} = binding;
  if (query.orderBy.length > 0)
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'ORDER BY over UNION in recursive Common Table Expression');
  const branches = unionBranches(query.body, true);
  const seeds = branches.filter(b => !mentions(b.body, name));
  const recursive = branches.filter(b => mentions(b.body, name));
  if (seeds.length === 0 || branches.length === 1)
    throw new SqlError('ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST', name);
  const {binder} = scope;
  const seed = binder.nested(() => bindQuery(asQuery(unionAll(seeds.map(b => b.body))), scope));
  const columns = derivedColumns(seed, binding.columns, name).map(c => ({...c, nullable: true}));
  const common: CommonTable = {name, columns, query: undefined, recursion: undefined, uses: 0};
  binding.recursion = common;
  const part = binder.nested(() => bindQuery(asQuery(unionAll(recursive.map(b => b.body))), scope));
  binding.recursion = undefined;
  if (part.outputs.length !== columns.length) throw new SqlError('ER_WRONG_NUMBER_OF_COLUMNS');
  const types = columns.map(c => c.type);
  common.recursion = {
    seed,
    seedOutputs: seed.outputs.map(o => o.expression),
    recursive: part,
    recursiveOutputs: part.outputs.map((o, i) => convertExactly(o.expression, types[i])),
    targets: binder.registers.takeMany(types.length),
    types,
    isDistinct: recursive.some(b => !b.all),
  };
  return common;
}
