// EXPLAIN: the plan of a statement, as a table of the tables read (the default) or as a tree (FORMAT=TREE).

import {SqlError} from '../../base/sql-error.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Row, VirtualColumn} from '../catalog/virtual/virtual-table.ts';
import type {Statement} from '../parse/ast.ts';
import type {Explain} from '../parse/ast-command.ts';
import {childrenOf, type PlanNode} from '../plan/physical.ts';
import {planDelete} from './delete.ts';
import {planQuery} from './query.ts';
import {sendRows} from './show/show-result.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {Outcome, StatementContext} from './statement-context.ts';
import {planUpdate} from './update.ts';

const COLUMNS: readonly VirtualColumn[] = [
  ['id', 'uint'],
  ['select_type', 'name'],
  ['table', 'name'],
  ['partitions', 'text'],
  ['type', 'name'],
  ['possible_keys', 'text'],
  ['key', 'name'],
  ['key_len', 'name'],
  ['ref', 'text'],
  ['rows', 'uint'],
  ['filtered', 'int'],
  ['Extra', 'text'],
];

export function* explain(context: StatementContext, ast: Explain): Steps<Outcome> {
  if (ast.analyze) throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN ANALYZE');
  if (ast.connection !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN FOR CONNECTION');
  const format = ast.format?.toLowerCase() ?? 'traditional';
  if (format !== 'traditional' && format !== 'tree')
    throw new SqlError('ER_NOT_SUPPORTED_YET', `EXPLAIN FORMAT=${format.toUpperCase()}`);
  if (ast.statement === null) throw new SqlError('ER_SYNTAX_ERROR');
  const {root, selectType} = yield* planOf(context, ast.statement);
  if (format === 'tree') return yield* sendRows(context, [['EXPLAIN', 'long']], [[treeText(root, 0)]]);
  return yield* sendRows(context, COLUMNS, tableRows(root, selectType));
}

interface Explained {
  readonly root: PlanNode | undefined;
  readonly selectType: string;
}

function* planOf(context: StatementContext, statement: Statement): Steps<Explained> {
  if (statement.kind === 'query') {
    const {root} = yield* planQuery(context, statement);
    return {root, selectType: 'SIMPLE'};
  }
  const catalog = new StatementCatalog(context);
  yield* catalog.load(statement);
  yield* catalog.loadStatistics();
  switch (statement.kind) {
    case 'update':
      return {root: planUpdate(context, catalog, statement).search.root, selectType: 'UPDATE'};
    case 'delete':
      return {root: planDelete(context, catalog, statement).search.root, selectType: 'DELETE'};
    case 'insert':
      return {root: undefined, selectType: statement.replace ? 'REPLACE' : 'INSERT'};
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', `EXPLAIN of ${statement.kind}`);
  }
}

// --- As a table ----------------------------------------------------------------------------------------------------

function tableRows(root: PlanNode | undefined, selectType: string): readonly Row[] {
  const extras: string[] = [];
  const rows: Row[] = [];
  if (root !== undefined) collect(root, selectType, extras, rows);
  if (rows.length > 0) return rows;
  const why = root === undefined ? null : 'No tables used';
  return [[1, selectType, null, null, null, null, null, null, null, null, null, why]];
}

/** Adds the tables below a node; `extras` are remarks of the nodes above, which belong to the first table. */
function collect(node: PlanNode, selectType: string, extras: string[], rows: Row[]): void {
  const remark = remarkOf(node);
  if (remark !== undefined && !extras.includes(remark)) extras.push(remark);
  if (node.kind === 'scan') {
    rows.push(scanRow(node, selectType, extras.splice(0)));
    return;
  }
  if (node.kind === 'virtual' || node.kind === 'store') {
    rows.push([
      1,
      selectType,
      node.source.alias,
      null,
      'ALL',
      null,
      null,
      null,
      null,
      Math.round(node.rows),
      100,
      extras.splice(0).join('; ') || null,
    ]);
    return;
  }
  for (const child of childrenOf(node)) collect(child, selectType, extras, rows);
}

function remarkOf(node: PlanNode): string | undefined {
  switch (node.kind) {
    case 'filter':
      return 'Using where';
    case 'sort':
    case 'topN':
      return 'Using filesort';
    case 'aggregate':
      return node.mode === 'hash' ? 'Using temporary' : undefined;
    case 'distinct':
      return 'Using temporary';
    case 'hashJoin':
      return 'Using join buffer (hash join)';
    default:
      return undefined;
  }
}

const ACCESS_TYPES = {full: 'ALL', range: 'range', ref: 'ref', unique: 'const', point: 'const'} as const;

function scanRow(node: Extract<PlanNode, {kind: 'scan'}>, selectType: string, extras: readonly string[]): Row {
  const {source, access} = node;
  const table = source.origin.kind === 'table' ? source.origin.table : undefined;
  const isIndexScan = access.kind === 'full' && access.index > 0;
  const remarks = access.covering === undefined ? extras : [...extras, 'Using index'];
  const key = access.kind === 'full' && !isIndexScan ? null : indexName(table, access.index);
  return [
    1,
    selectType,
    source.alias,
    null,
    isIndexScan ? 'index' : ACCESS_TYPES[access.kind],
    key,
    key,
    null,
    access.kind === 'point' || access.kind === 'unique' ? 'const' : null,
    Math.max(1, Math.round(node.rows)),
    100,
    remarks.length === 0 ? null : remarks.join('; '),
  ];
}

function indexName(table: TableDefinition | undefined, index: number): string | null {
  return table?.indexes[index].name ?? null;
}

// --- As a tree -----------------------------------------------------------------------------------------------------

function treeText(node: PlanNode | undefined, depth: number): string {
  if (node === undefined) return '-> Insert rows';
  const line = `${'    '.repeat(depth)}-> ${describe(node)}  (cost=${node.cost.toFixed(2)} rows=${Math.round(node.rows)})`;
  return [line, ...childrenOf(node).map(child => treeText(child, depth + 1))].join('\n');
}

function describe(node: PlanNode): string {
  switch (node.kind) {
    case 'scan': {
      const table = node.source.origin.kind === 'table' ? node.source.origin.table : undefined;
      const {access} = node;
      const how = access.kind === 'full' ? 'Scan' : access.kind === 'point' ? 'Single-row lookup' : 'Range';
      const using = access.kind === 'full' && access.index === 0 ? '' : ` using ${indexName(table, access.index)}`;
      return `${how} on ${node.source.alias}${using}`;
    }
    case 'filter':
    case 'gate':
      return `Filter: ${node.conditions.join(' and ')}`;
    case 'loop':
      return `Nested loop ${node.join} join`;
    case 'hashJoin':
      return `Hash ${node.join} join: ${node.outerKeys.map((key, i) => `${key} = ${node.innerKeys[i]}`).join(', ')}`;
    case 'aggregate':
      return `Aggregate (${node.mode}): ${[...node.keys, ...node.calls].join(', ')}`;
    case 'sort':
    case 'topN':
      return `Sort: ${node.keys.map(key => `${key.expression}${key.descending ? ' DESC' : ''}`).join(', ')}`;
    case 'limit':
      return `Limit: ${node.limit ?? 'none'}`;
    default:
      return node.kind;
  }
}
