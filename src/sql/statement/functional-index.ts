// Functional key parts: `INDEX ((expression))`. Each becomes a hidden virtual generated column of the table, and the index is one over that column; so
// rows, keys, builds and checks know nothing of it. What may be indexed so, and in which words the rest is refused, is MySQL's.

import {SqlError} from '../../base/sql-error.ts';
import {collationOf} from '../../format/value/collation.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import {bindScalar} from '../bind/bind-expression.ts';
import {sourceColumn} from '../bind/bind-from.ts';
import {Binder} from '../bind/binder.ts';
import {type Expression as Bound, some, Volatility} from '../bind/expression.ts';
import {Namespace, Scope} from '../bind/scope.ts';
import {displayLength} from '../bind/type-classes.ts';
import {type StoredColumn, storedColumn} from '../catalog/stored-table.ts';
import type {ColumnName, Expression} from '../parse/ast-expression.ts';
import {canonicalText} from '../parse/format-canonical.ts';
import {parseExpressionText} from '../parse/statement.ts';
import {hasBlocking} from '../plan/dependencies.ts';
import {bindEnvironment} from './query.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';
import type {FunctionalParts, TableDraft} from './table-draft.ts';

/** Characters, or bytes of a binary string: what may be longer is a TEXT or BLOB to MySQL. */
const STRING_LENGTH_MAX = 512;

/** Functions whose result is not made of their arguments alone, beside those that the binder knows as such. */
const DISALLOWED: ReadonlySet<string> = new Set(
  [
    'benchmark connection_id current_role current_user database found_rows get_lock is_free_lock is_used_lock last_insert_id load_file',
    'name_const ps_current_thread_id ps_thread_id rand random_bytes release_all_locks release_lock row_count schema session_user sleep',
    'statement_digest statement_digest_text sysdate system_user user uuid uuid_short validate_password_strength version',
    'curdate current_date curtime current_time current_timestamp localtime localtimestamp now unix_timestamp utc_date utc_time',
    'utc_timestamp',
  ].flatMap(names => names.split(' ')),
);

/** Kinds of nodes that make no value of the row alone. */
const DISALLOWED_KINDS: ReadonlySet<string> = new Set([
  'subquery',
  'exists',
  'inQuery',
  'quantified',
  'insertedValue',
  'default',
  'userVariable',
  'assignment',
  'systemVariable',
  'match',
]);

export class FunctionalIndexes implements FunctionalParts {
  readonly #context: StatementContext;
  readonly #table: string;

  /** `table`: the name by which expressions may call the table. */
  constructor(context: StatementContext, table: string) {
    this.#context = context;
    this.#table = table;
  }

  column(draft: TableDraft, expression: Expression, index: string, part: number): StoredColumn {
    if (expression.kind === 'column') throw new SqlError('ER_FUNCTIONAL_INDEX_ON_FIELD');
    checkNodes(expression, index, draft);
    const bound = this.#bind(draft, expression);
    if (isDisallowed(bound)) throw new SqlError('ER_FUNCTIONAL_INDEX_FUNCTION_IS_NOT_ALLOWED', index);
    const sql = this.#text(draft, expression);
    // The type is that of the text which is kept: what it left to the session is written out there.
    const type = storable(this.#bind(draft, parseExpressionText(sql)).type);
    checkType(type, sql);
    return storedColumn(draft.newColumnId(), hiddenName(draft, index, part), type, {
      nullable: true,
      generated: {sql, stored: false},
      hidden: true,
    });
  }

  refreshed(draft: TableDraft, column: StoredColumn): StoredColumn {
    const sql = column.generated?.sql ?? '';
    const type = storable(this.#bind(draft, parseExpressionText(sql)).type);
    checkType(type, sql);
    return {...column, type};
  }

  #bind(draft: TableDraft, expression: Expression): Bound {
    const binder = new Binder(bindEnvironment(this.#context, new StatementCatalog(this.#context)));
    const scope = new Scope(binder, undefined);
    const columns = draft.columns.map(({name, type, nullable}) => sourceColumn(name, type, nullable));
    const table = {schema: '', name: this.#table, columns, rows: () => []};
    scope.namespace = Namespace.of(binder.newSource('', this.#table, columns, {kind: 'virtual', table}));
    return scope.within('functional index', () => bindScalar(expression, scope));
  }

  #text(draft: TableDraft, expression: Expression): string {
    const {collationConnection} = this.#context.state;
    return canonicalText(expression, {
      columnName: ({name}) => draft.columns[draft.find(name)].name,
      charset: collationOf(collationConnection).charset.name,
    });
  }
}

/** The names, in small letters, of the columns that a functional key part reads. */
export function columnsOf({generated}: StoredColumn): ReadonlySet<string> {
  const names = new Set<string>();
  visit(parseExpressionText(generated?.sql ?? ''), node => {
    if (node.kind === 'column') names.add((node as ColumnName).name.toLowerCase());
  });
  return names;
}

interface Node {
  readonly kind: string;
}

/** Calls `each` for every node of a tree. */
function visit(value: unknown, each: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (!Array.isArray(value) && typeof (value as Node).kind === 'string') each(value as Node);
  for (const part of Object.values(value)) visit(part, each);
}

function checkNodes(expression: Expression, index: string, draft: TableDraft): void {
  if (expression.kind === 'row') throw new SqlError('ER_FUNCTIONAL_INDEX_ROW_VALUE_IS_NOT_ALLOWED', index);
  visit(expression, node => {
    const isCall = node.kind === 'call' && DISALLOWED.has((node as Expression & {readonly name: string}).name);
    if (isCall || DISALLOWED_KINDS.has(node.kind))
      throw new SqlError('ER_FUNCTIONAL_INDEX_FUNCTION_IS_NOT_ALLOWED', index);
    if (node.kind === 'cast' && (node as Extract<Expression, {kind: 'cast'}>).array)
      throw new SqlError('ER_NOT_SUPPORTED_YET', 'multi-valued index');
    if (node.kind === 'column' && draft.columns[draft.find((node as ColumnName).name)]?.autoIncrement)
      throw new SqlError('ER_FUNCTIONAL_INDEX_REF_AUTO_INCREMENT', index);
  });
}

/** True when two evaluations for the same row may differ, or a row waits for one. */
function isDisallowed(bound: Bound): boolean {
  const isMoment = ({volatility, children}: Bound): boolean =>
    children.length === 0 && volatility === Volatility.stable;
  return bound.volatility === Volatility.volatile || hasBlocking(bound) || some(bound, isMoment);
}

/** The type of a column that holds the values as they are: CHAR and BINARY would cut or fill them, members have numbers. */
function storable(type: SqlType): SqlType {
  switch (type.kind) {
    case Kind.char:
    case Kind.enum:
    case Kind.set:
      return sqlType(Kind.varchar, {length: displayLength(type), collation: type.collation});
    case Kind.binary:
      return sqlType(Kind.varbinary, {length: type.length});
    default:
      return type;
  }
}

function checkType(type: SqlType, sql: string): void {
  switch (type.kind) {
    case Kind.json:
      throw new SqlError('ER_FUNCTIONAL_INDEX_ON_JSON_OR_GEOMETRY_FUNCTION');
    case Kind.text:
    case Kind.blob:
      throw new SqlError('ER_FUNCTIONAL_INDEX_ON_LOB');
    case Kind.null:
      throw new SqlError('ER_WRONG_KEY_COLUMN_FUNCTIONAL_INDEX', sql);
    case Kind.varchar:
    case Kind.varbinary:
      if (type.length > STRING_LENGTH_MAX) throw new SqlError('ER_FUNCTIONAL_INDEX_ON_LOB');
      if (type.length === 0) throw new SqlError('ER_WRONG_KEY_COLUMN_FUNCTIONAL_INDEX', sql);
  }
}

/** `!hidden!index!part!n`: the first n for which no column is called so. */
function hiddenName(draft: TableDraft, index: string, part: number): string {
  const isTaken = (name: string): boolean =>
    draft.find(name) >= 0 || draft.functional.some(column => column.name.toLowerCase() === name.toLowerCase());
  for (let n = 0; ; n++) {
    const name = `!hidden!${index}!${part}!${n}`;
    if (!isTaken(name)) return name;
  }
}
