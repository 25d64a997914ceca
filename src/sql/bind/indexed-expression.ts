// Expressions for which a table has an indexed generated column: a functional key part, or a column that the user has declared. Where such an expression
// decides which rows there are and in which order (WHERE, ON, GROUP BY, ORDER BY), the column is read instead, so that an index over it can serve.
//
// The expression must be the column's own, part by part (fingerprint.ts), and of a type that the column holds without loss. In a row that an outer
// join has made of nothing the column is NULL and the expression need not be, so nothing is replaced there.

import {collationOf} from '../../format/value/collation.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';
import type {ColumnDefinition, TableDefinition} from '../catalog/definition.ts';
import type * as ast from '../parse/ast-expression.ts';
import type {CastType} from '../parse/ast-function.ts';
import {parseExpressionText} from '../parse/statement.ts';
import {bindScalar} from './bind-expression.ts';
import {Binder} from './binder.ts';
import {Convert} from './convert.ts';
import {type Coercibility, type Expression, some} from './expression.ts';
import {type Fingerprint, type FingerprintNames, fingerprintOf, rootOf, withLiterals} from './fingerprint.ts';
import {ColumnRef} from './leaf.ts';
import {Namespace, Scope} from './scope.ts';
import type {Source} from './source.ts';
import {domainOf} from './type-classes.ts';

/** A generated column that stands for its expression: in texts it is the expression. */
export class IndexedExpression extends ColumnRef {
  readonly #text: string;

  constructor(source: Source, column: number, register: number, coercibility: Coercibility, text: string) {
    super(source, column, register, false, coercibility);
    this.#text = text;
  }

  override get name(): string {
    return this.#text;
  }

  override toString(): string {
    return this.#text;
  }
}

/** A generated column with an index, and its expression. */
interface Candidate {
  readonly column: number;
  readonly root: string;
  readonly fingerprint: Fingerprint;
  /** Of `CAST(document ->> path AS CHAR(n)) COLLATE utf8mb4_bin`: what is inside. */
  readonly unquoted: {readonly fingerprint: Fingerprint; readonly type: CastType} | undefined;
}

/** Functions that read the settings of the session: the value in the row was made under those of who wrote it. */
const OF_SESSION: ReadonlySet<string> = new Set(['from_unixtime', 'unix_timestamp', 'week']);

/** Clauses in which a column may stand for its expression: the first two hold conditions, the others keys. */
const CLAUSES: ReadonlySet<string> = new Set(['where clause', 'on clause', 'group statement', 'order clause']);
const KEYS: ReadonlySet<string> = new Set(['group statement', 'order clause']);

/** As conditions these say more about the columns in them than about a column that holds their result. */
const CONDITIONS: ReadonlySet<string> = new Set(['comparison', 'is', 'between', 'inList', 'like', 'regexp', 'unary']);

/** What `->>` is, and the collation of its result. */
const UNQUOTED = 'call json_unquote';
const UNQUOTED_COLLATION = 'utf8mb4_bin';
/** What may be bound twice. */
const SIMPLE: ReadonlySet<string> = new Set(['string', 'parameter', 'column']);

/** True when an expression of the clause at hand may have a column that stands for it. */
export function mayBeIndexed(scope: Scope): boolean {
  if (!CLAUSES.has(scope.clause) || scope.isInternal || scope.keepsExpressions) return false;
  for (const {origin} of scope.namespace.sourcesBehind)
    if (origin.kind === 'table' && origin.table.hasIndexedExpressions) return true;
  return false;
}

/** The column that stands for an expression; undefined where there is none. */
export function indexedExpression(e: ast.Expression, scope: Scope): Expression | undefined {
  if (e.kind === 'column' || e.kind === 'logical') return undefined;
  if (CONDITIONS.has(e.kind) && !KEYS.has(scope.clause) && !isNegative(e)) return undefined;
  const root = rootOf(e);
  const found: {source: Source | undefined} = {source: undefined};
  let fingerprint: Fingerprint | undefined;
  for (const source of scope.namespace.sourcesBehind) {
    const isPresent = !source.isNullExtended || scope.present?.has(source) === true;
    if (!isPresent || source.readable !== undefined) continue;
    for (const candidate of candidatesOf(source, scope)) {
      if (candidate.root !== root) continue;
      fingerprint ??= fingerprintOf(e, namesIn(scope, found));
      if (fingerprint === undefined) return undefined;
      if (found.source !== source) continue;
      if (candidate.fingerprint.shape !== fingerprint.shape) continue;
      for (const index of fingerprint.taken) scope.binder.environment.pinned?.add(index);
      if (candidate.fingerprint.text !== fingerprint.text) continue;
      const ref = columnFor(e, source, candidate.column, scope);
      if (ref !== undefined) return ref;
    }
  }
  return undefined;
}

function isNegative(e: ast.Expression): boolean {
  return e.kind === 'unary' && (e.operator === '-' || e.operator === '~');
}

/**
 * For `document ->> path` beside values that it is compared with: the first characters of both, so many as an index over CAST(document ->> path AS CHAR(n))
 * COLLATE utf8mb4_bin has. Where the wholes are equal these are, and the index finds them. Undefined: there is no such index.
 */
export function indexedPrefix(
  e: ast.Expression,
  values: readonly ast.Expression[],
  scope: Scope,
): {readonly prefix: ast.Expression; readonly values: readonly ast.Expression[]} | undefined {
  if (rootOf(e) !== UNQUOTED || !values.every(({kind}) => SIMPLE.has(kind))) return undefined;
  const found: {source: Source | undefined} = {source: undefined};
  const fingerprint = fingerprintOf(e, namesIn(scope, found));
  if (fingerprint === undefined || found.source === undefined) return undefined;
  for (const {unquoted} of candidatesOf(found.source, scope)) {
    if (unquoted?.fingerprint.shape !== fingerprint.shape) continue;
    for (const index of fingerprint.taken) scope.binder.environment.pinned?.add(index);
    if (unquoted.fingerprint.text !== fingerprint.text) continue;
    const {at} = e;
    const {type} = unquoted;
    const cast: ast.Expression = {kind: 'cast', at, value: e, type, array: false, timeZone: null};
    const count: ast.Expression = {kind: 'integer', at, value: type.length ?? 0};
    return {
      prefix: {kind: 'collate', at, value: cast, collation: UNQUOTED_COLLATION},
      values: values.map(value => ({kind: 'call', at, schema: null, name: 'left', args: [value, count]})),
    };
  }
  return undefined;
}

/** Columns of the block by the number that they have in their table. `found`: the source that they all belong to. */
function namesIn(scope: Scope, found: {source: Source | undefined}): FingerprintNames {
  return {
    charset: charsetOf(scope),
    column: name => {
      const named = scope.column(name);
      if (named === undefined) return undefined;
      const {origin} = named.source;
      const behind = origin.kind === 'merged' ? origin.columns[named.column] : undefined;
      const source = behind instanceof ColumnRef ? behind.source : named.source;
      if (origin.kind === 'merged' && !(behind instanceof ColumnRef)) return undefined;
      if (found.source !== undefined && found.source !== source) return undefined;
      found.source = source;
      return `#${behind instanceof ColumnRef ? behind.column : named.column}`;
    },
  };
}

/** CAST AS CHAR is of the connection's collation, which may be another one than its character set gives. */
function charsetOf(scope: Scope): string {
  const {collationConnection} = scope.binder.environment.session;
  const {charset, name} = collationOf(collationConnection);
  return charset.defaultCollation === collationConnection ? charset.name : name;
}

function candidatesOf(source: Source, scope: Scope): readonly Candidate[] {
  const {origin} = source;
  if (origin.kind !== 'table' || !origin.table.hasIndexedExpressions) return [];
  return once(source, () => {
    const {table} = origin;
    const names = {charset: charsetOf(scope), column: (name: ast.ColumnName) => columnOf(table, name)};
    return table.columns.flatMap((column, c) => {
      if (column.generated === undefined || !isIndexed(table, c)) return [];
      const expression = parseExpressionText(column.generated.sql);
      const fingerprint = fingerprintOf(expression, names);
      if (fingerprint === undefined) return [];
      return [{column: c, root: rootOf(expression), fingerprint, unquoted: unquotedIn(expression, names)}];
    });
  });
}

function unquotedIn(e: ast.Expression, names: FingerprintNames): Candidate['unquoted'] {
  if (e.kind !== 'collate' || e.collation.toLowerCase() !== UNQUOTED_COLLATION || e.value.kind !== 'cast')
    return undefined;
  const {value, type} = e.value;
  if (type.name !== 'char' || type.length === null || rootOf(value) !== UNQUOTED) return undefined;
  const fingerprint = fingerprintOf(value, names);
  return fingerprint === undefined ? undefined : {fingerprint, type};
}

/** Candidates of the sources of statements that are being bound. */
const KNOWN: WeakMap<Source, readonly Candidate[]> = new WeakMap();

function once(source: Source, make: () => readonly Candidate[]): readonly Candidate[] {
  let known = KNOWN.get(source);
  if (known === undefined) {
    known = make();
    KNOWN.set(source, known);
  }
  return known;
}

function columnOf({columns}: TableDefinition, {name}: ast.ColumnName): string | undefined {
  const lower = name.toLowerCase();
  const at = columns.findIndex(column => !column.hidden && column.name.toLowerCase() === lower);
  return at < 0 ? undefined : `#${at}`;
}

function isIndexed({indexes}: TableDefinition, column: number): boolean {
  return indexes.some(({invisible, parts}) => !invisible && parts.some(part => part.column === column));
}

/** The column in place of the expression, which is its own; undefined when it does not hold the same values. */
function columnFor(e: ast.Expression, source: Source, column: number, scope: Scope): Expression | undefined {
  const {origin} = source;
  if (origin.kind !== 'table') return undefined;
  const bound = boundApart(withLiterals(e), scope);
  if (!holds(bound.type, origin.table.columns[column]) || some(bound, isOfSession)) return undefined;
  const {register} = source.ref(column) as ColumnRef;
  return new IndexedExpression(source, column, register, bound.coercibility, String(bound));
}

/** The expression over the same names, without their columns being read. */
function boundApart(e: ast.Expression, scope: Scope): Expression {
  const binder = new Binder(scope.binder.environment);
  const apart = new Scope(binder, undefined);
  const copies = new Map<Source, Source>();
  const copyOf = (source: Source): Source => {
    const {schema, alias, columns, origin} = source;
    const known = copies.get(source);
    if (known !== undefined) return known;
    const copy = binder.newSource(schema, alias, columns, copied(origin, copyOf));
    copies.set(source, copy);
    return copy;
  };
  const {sources, columns} = scope.namespace;
  apart.namespace = new Namespace(
    sources.map(copyOf),
    columns.map(named => ({...named, source: copyOf(named.source)})),
  );
  apart.isInternal = true;
  return bindScalar(e, apart);
}

/** Where rows come from, for a copy that is never read. */
function copied(origin: Source['origin'], copyOf: (source: Source) => Source): Source['origin'] {
  if (origin.kind !== 'merged') return origin;
  const columns = origin.columns.map(e => (e instanceof ColumnRef ? copyOf(e.source).ref(e.column) : e));
  return {...origin, columns};
}

/** True when a value of this type is the same value in the column. */
function holds(from: SqlType, {type: to}: ColumnDefinition): boolean {
  if (domainOf(from) !== domainOf(to) || from.unsigned !== to.unsigned) return false;
  switch (domainOf(to)) {
    case 'integer':
      return (
        isPlainInteger(from.kind) === isPlainInteger(to.kind) && (isPlainInteger(to.kind) || from.kind === to.kind)
      );
    case 'decimal':
    case 'time':
      return from.decimals === to.decimals;
    case 'double':
      return from.kind === to.kind;
    case 'text':
      // Members are ordered by their numbers.
      return to.kind === Kind.varchar && from.collation === to.collation && from.members.length === 0;
    case 'bytes':
      return to.kind === Kind.varbinary;
    case 'datetime':
      return from.kind === to.kind && from.decimals === to.decimals && to.kind !== Kind.timestamp;
    default:
      return false;
  }
}

function isPlainInteger(kind: Kind): boolean {
  return kind >= Kind.tinyint && kind <= Kind.bigint;
}

/** A part whose value depends on the settings of the session. */
function isOfSession(part: Expression): boolean {
  if (part instanceof ColumnRef) return part.type.kind === Kind.timestamp;
  if (part instanceof Convert) return domainOf(part.operand.type) === 'time' && domainOf(part.type) === 'datetime';
  const name = String((part as {readonly name?: unknown}).name).toLowerCase();
  // With a mode WEEK does not ask for default_week_format.
  return OF_SESSION.has(name) && !(name === 'week' && part.children.length > 1);
}
