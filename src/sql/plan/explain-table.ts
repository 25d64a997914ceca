// EXPLAIN's traditional table: one row per table read, in the order in which tables are joined, with MySQL's words.

import {widthOf} from '../../format/row/layout.ts';
import {collationOf} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';
import type {BoundQuery} from '../bind/bound-query.ts';
import {IndexedExpression} from '../bind/indexed-expression.ts';
import {ColumnRef} from '../bind/leaf.ts';
import type {Source} from '../bind/source.ts';
import {SubqueryExpression} from '../bind/subquery.ts';
import type {IndexDefinition, TableDefinition} from '../catalog/definition.ts';
import type {Access} from './access.ts';
import {tableOf} from './build-scan.ts';
import {childrenOf, type PlanNode} from './physical.ts';
import type {SelectPlan} from './prepare.ts';

/** The columns of the table, in order. */
export const EXPLAIN_COLUMNS: readonly string[] = [
  'id',
  'select_type',
  'table',
  'partitions',
  'type',
  'possible_keys',
  'key',
  'key_len',
  'ref',
  'rows',
  'filtered',
  'Extra',
];

/** One row. */
export interface ExplainRow {
  readonly id: number | null;
  readonly selectType: string;
  readonly table: string | null;
  readonly type: string | null;
  readonly possibleKeys: string | null;
  readonly key: string | null;
  readonly keyLength: string | null;
  readonly ref: string | null;
  readonly rows: number | null;
  readonly filtered: number | null;
  readonly extra: string | null;
}

/** The rows of the traditional table. */
export function explainTable({root, planner, fused}: SelectPlan): readonly ExplainRow[] {
  const walker = new TableWalker(query => planner.plan(query).plan);
  walker.block(root, 'SIMPLE');
  const {rows} = walker;
  if (rows.length > 1 && rows.some(r => r.id !== rows[0].id)) walker.renamePrimary();
  if (fused !== undefined && rows.length > 0) walker.note(0, `Fused (${fused})`);
  return walker.rows;
}

/** A row as values, in the order of EXPLAIN_COLUMNS. */
export function explainValues(row: ExplainRow): readonly Value[] {
  return [
    row.id,
    row.selectType,
    row.table,
    null,
    row.type,
    row.possibleKeys,
    row.key,
    row.keyLength,
    row.ref,
    row.rows,
    row.filtered,
    row.extra,
  ];
}

/** What the nodes between a table and the top of its query say about it. */
interface Around {
  readonly id: number;
  readonly selectType: string;
  readonly extras: readonly string[];
  readonly filtered: number;
}

class TableWalker {
  rows: ExplainRow[] = [];
  readonly #planOf: (query: BoundQuery) => PlanNode;
  #ids = 0;

  constructor(planOf: (query: BoundQuery) => PlanNode) {
    this.#planOf = planOf;
  }

  /** One query block. */
  block(root: PlanNode, selectType: string): void {
    const id = ++this.#ids;
    const before = this.rows.length;
    this.#walk(root, {id, selectType, extras: [], filtered: 100});
    if (this.rows.length === before) this.#push({id, selectType, extras: ['No tables used'], filtered: 100});
  }

  renamePrimary(): void {
    this.rows = this.rows.map(row => (row.selectType === 'SIMPLE' ? {...row, selectType: 'PRIMARY'} : row));
  }

  note(row: number, extra: string): void {
    const old = this.rows[row];
    this.rows[row] = {...old, extra: old.extra === null ? extra : `${old.extra}; ${extra}`};
  }

  #walk(node: PlanNode, around: Around): void {
    switch (node.kind) {
      case 'scan':
        this.#scan(node, around);
        return;
      case 'indexMerge':
        this.#merge(node, around);
        return;
      case 'store':
      case 'recursion':
        this.#store(node, around);
        return;
      case 'virtual':
      case 'function':
        this.#push(around, {table: node.source.alias, type: 'ALL', rows: node.rows});
        return;
      case 'concat':
      case 'setOperation':
        this.#set(node);
        return;
      case 'apply':
      case 'prelude':
        this.#walk(node.child, around);
        for (const {part} of node.steps) if (part instanceof SubqueryExpression) this.#subquery(part);
        return;
      case 'loop':
      case 'hashJoin':
        this.#join(node, around);
        return;
      default:
        for (const child of childrenOf(node)) this.#walk(child, withExtra(around, node));
    }
  }

  #join(node: Extract<PlanNode, {kind: 'loop' | 'hashJoin'}>, around: Around): void {
    this.#walk(node.outer, around);
    const extras = [
      ...(node.kind === 'hashJoin' ? ['Using join buffer (hash join)'] : []),
      ...(node.join === 'semi' ? ['FirstMatch'] : node.join === 'anti' ? ['Not exists'] : []),
    ];
    this.#walk(node.inner, {...around, extras});
  }

  #set(node: Extract<PlanNode, {kind: 'concat' | 'setOperation'}>): void {
    const branches = node.kind === 'concat' ? node.branches : [node.left, node.right];
    const word = node.kind === 'concat' ? 'UNION' : node.operator.toUpperCase();
    for (const [i, branch] of branches.entries()) this.block(branch.plan, i === 0 ? 'PRIMARY' : word);
  }

  #store(node: Extract<PlanNode, {kind: 'store' | 'recursion'}>, around: Around): void {
    this.#push(around, {table: node.source.alias, type: 'ALL', rows: node.rows});
    if (node.kind === 'recursion') return;
    const {fill} = node.store;
    if (fill.kind === 'query') this.block(fill.plan, 'DERIVED');
    if (fill.kind !== 'recursion') return;
    this.block(fill.seed, 'DERIVED');
    this.block(fill.recursive, 'UNION');
  }

  #subquery(part: SubqueryExpression): void {
    this.block(this.#planOf(part.query), part.query.outer.size > 0 ? 'DEPENDENT SUBQUERY' : 'SUBQUERY');
  }

  #scan({source, access, rows}: Extract<PlanNode, {kind: 'scan'}>, around: Around): void {
    const table = tableOf(source);
    const index = table.indexes[access.index];
    const isKeyed = access.kind !== 'full' || access.index > 0;
    const extras = [
      ...(access.entryConditions.length === 0 ? [] : ['Using index condition']),
      ...around.extras,
      ...(access.covering === undefined ? [] : ['Using index']),
    ];
    const filtered = access.entryConditions.length === 0 ? 100 : (100 * rows) / Math.max(access.rows, rows);
    this.#push(
      {
        ...around,
        filtered: Math.round(around.filtered * filtered) / 100,
        extras: access.descending ? [...extras, 'Backward index scan'] : extras,
      },
      {
        table: source.alias,
        type: accessType(access, index),
        possibleKeys: possibleKeys(table, access),
        key: isKeyed ? index.name : null,
        keyLength: isKeyed ? String(keyLength(table, index, access)) : null,
        ref: refText(source, access),
        rows: Math.max(1, Math.round(access.rows)),
      },
    );
  }

  #merge({source, branches, operation, rows}: Extract<PlanNode, {kind: 'indexMerge'}>, around: Around): void {
    const table = tableOf(source);
    const names = branches.map(({index}) => table.indexes[index].name).join(',');
    this.#push(
      {...around, extras: [`Using ${operation}(${names})`, ...around.extras]},
      {
        table: source.alias,
        type: 'index_merge',
        possibleKeys: names,
        key: names,
        keyLength: branches.map(access => keyLength(table, table.indexes[access.index], access)).join(','),
        rows: Math.max(1, Math.round(rows)),
      },
    );
  }

  #push({id, selectType, extras, filtered}: Around, row: Partial<ExplainRow> = {}): void {
    this.rows.push({
      id,
      selectType,
      table: null,
      type: null,
      possibleKeys: null,
      key: null,
      keyLength: null,
      ref: null,
      rows: null,
      filtered: row.table === undefined ? null : filtered,
      extra: extras.length === 0 ? null : extras.join('; '),
      ...row,
    });
  }
}

/** What an operation above a table adds to the table's row. */
function withExtra(around: Around, node: PlanNode): Around {
  switch (node.kind) {
    case 'filter': {
      const share = node.child.rows === 0 ? 100 : (100 * node.rows) / node.child.rows;
      return {...around, extras: ['Using where', ...around.extras], filtered: Math.round(share * 100) / 100};
    }
    case 'sort':
    case 'topN':
      return {...around, extras: [...around.extras, 'Using filesort']};
    case 'aggregate':
      return node.mode === 'hash' ? {...around, extras: [...around.extras, 'Using temporary']} : around;
    case 'distinct':
      return {...around, extras: [...around.extras, 'Using temporary']};
    default:
      return around;
  }
}

function accessType({kind, branches}: Access, index: IndexDefinition): string {
  switch (kind) {
    case 'full':
      return index.kind === 'primary' || index.name === 'PRIMARY' ? 'ALL' : 'index';
    case 'point':
      return 'const';
    case 'unique':
      return branches[0].some(p => p.kind === 'equal' && p.values.length > 1) ? 'range' : 'eq_ref';
    case 'ref':
      return 'ref';
    default:
      return 'range';
  }
}

/** Indexes that begin with a column that the chosen ranges bound: what the planner had to choose from. */
function possibleKeys(table: TableDefinition, access: Access): string | null {
  if (access.kind === 'full') return null;
  const {parts} = table.indexes[access.index];
  const bounded = new Set(parts.slice(0, Math.max(...access.branches.map(b => b.length))).map(p => p.column));
  const names = table.indexes.filter(i => bounded.has(i.parts[0].column)).map(i => i.name);
  return names.length === 0 ? null : names.join(',');
}

/** Bytes of the key parts that the ranges bound, as MySQL counts them: NULL byte and length bytes included. */
function keyLength(table: TableDefinition, index: IndexDefinition, access: Access): number {
  const used = access.kind === 'full' ? index.parts.length : Math.max(...access.branches.map(b => b.length));
  return index.parts.slice(0, used).reduce((sum, part) => {
    const {type, nullable} = table.columns[part.column];
    return sum + partLength(type, part.length) + (nullable ? 1 : 0);
  }, 0);
}

function partLength(type: SqlType, prefix: number): number {
  switch (type.kind) {
    case Kind.char:
    case Kind.varchar:
    case Kind.text: {
      const characters = prefix > 0 ? prefix : type.length;
      return characters * collationOf(type.collation).charset.maxBytes + (type.kind === Kind.char ? 0 : 2);
    }
    case Kind.binary:
      return prefix > 0 ? prefix : type.length;
    case Kind.varbinary:
    case Kind.blob:
      return (prefix > 0 ? prefix : type.length) + 2;
    case Kind.decimal:
      return Math.ceil((type.length * 4) / 9);
    default:
      return widthOf(type);
  }
}

/** What the equalities compare with: const, or columns of tables before. */
function refText(source: Source, {kind, branches}: Access): string | null {
  if (kind !== 'point' && kind !== 'ref' && kind !== 'unique') return null;
  const names = branches[0].map(bound => {
    if (bound.kind !== 'equal') return 'const';
    const [value] = bound.values;
    if (value instanceof IndexedExpression) return 'func';
    return value instanceof ColumnRef && value.source !== source ? `${value.source.alias}.${value.name}` : 'const';
  });
  return names.join(',');
}
