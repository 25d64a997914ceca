// Names and where they lead. A scope belongs to one query block; its parent is the block around a subquery.
//
// Unqualified names are looked up in the namespace of the FROM clause, where NATURAL and USING have left one column of each pair;
// qualified names in the sources themselves. A name that is not found here is looked for further out, and every scope that was crossed
// notes the columns it reads from outside: that is what makes a subquery correlated.

import {SqlError} from '../../base/sql-error.ts';
import type {Query} from '../parse/ast.ts';
import type {ColumnName} from '../parse/ast-expression.ts';
import type {Window} from '../parse/ast-function.ts';
import type {AggregateCall} from './aggregate-call.ts';
import type {Binder} from './binder.ts';
import type {CommonTable} from './bound-query.ts';
import {type Expression, walk} from './expression.ts';
import {ColumnRef, Slot} from './leaf.ts';
import type {Source} from './source.ts';
import type {WindowCall} from './window-call.ts';

/** A column that an unqualified name can mean. */
export interface NamedColumn {
  readonly lower: string;
  readonly name: string;
  readonly source: Source;
  readonly column: number;
}

/** The names of a FROM clause, or of a part of it. */
export class Namespace {
  readonly sources: readonly Source[];
  /** In the order of `*`. */
  readonly columns: readonly NamedColumn[];
  #behind: readonly Source[] | undefined;

  constructor(sources: readonly Source[], columns: readonly NamedColumn[]) {
    this.sources = sources;
    this.columns = columns;
  }

  static readonly empty: Namespace = new Namespace([], []);

  static of(source: Source): Namespace {
    const columns = source.columns.flatMap((c, column) =>
      c.hidden ? [] : [{lower: c.name.toLowerCase(), name: c.name, source, column}],
    );
    return new Namespace([source], columns);
  }

  /** The sources behind the columns: those that merged derived tables and views have brought along in place of theirs. */
  get sourcesBehind(): readonly Source[] {
    this.#behind ??= [...new Set(this.sources.flatMap(sourcesBehind))];
    return this.#behind;
  }

  join(other: Namespace): Namespace {
    return new Namespace([...this.sources, ...other.sources], [...this.columns, ...other.columns]);
  }
}

function sourcesBehind(source: Source): readonly Source[] {
  if (source.origin.kind !== 'merged') return [source];
  return source.origin.columns.flatMap(e => (e instanceof ColumnRef ? [e.source] : []));
}

/** A name that a WITH clause defines: bound at each use, or once when it is shared. */
export interface CommonBinding {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  /** The scope in which its query is bound. */
  readonly scope: Scope;
  /** Set when it is materialised: all uses share it. */
  shared: CommonTable | undefined;
  /** Set while its recursive part is being bound: what the name means there. */
  recursion: CommonTable | undefined;
  /** WITH RECURSIVE, and the query names itself. */
  readonly isRecursive: boolean;
}

/** A select item that ORDER BY, GROUP BY and HAVING may name. */
export interface SelectAlias {
  readonly lower: string;
  readonly position: number;
}

/** Whether aggregate functions may stand where an expression is being bound. */
export type AggregateRule = 'forbidden' | 'allowed' | 'inside';

export class Scope {
  readonly binder: Binder;
  readonly parent: Scope | undefined;
  /** Columns of outer blocks that this block, or one inside it, reads. */
  readonly outer: Set<Expression> = new Set();
  namespace: Namespace = Namespace.empty;
  /** No column stands for its expression in what is being bound. */
  keepsExpressions = false;
  /** While an ON is bound: sources that are never NULL as a whole there, whatever the joins around do. */
  present: ReadonlySet<Source> | undefined;
  /** As error messages call the place: 'field list', 'where clause' ... */
  clause = 'field list';
  aggregateRule: AggregateRule = 'forbidden';
  windowsAllowed = false;
  readonly aggregates: Map<string, AggregateCall> = new Map();
  readonly windows: Map<string, WindowCall> = new Map();
  readonly namedWindows: Map<string, Window> = new Map();
  /** Group keys by text, where WITH ROLLUP makes registers of them. */
  readonly replaced: Map<string, Slot> = new Map();
  /** Under WITH ROLLUP: the text of each group key and the register that GROUPING reads. */
  rollupFlags: readonly (readonly [string, number])[] = [];
  /** A last resort for unqualified names: aliases of the select list, where the clause allows them. */
  fallback: ((name: string) => Expression | undefined) | undefined;
  /** Looked at before the columns: HAVING and ORDER BY. */
  preferred: ((name: string) => Expression | undefined) | undefined;
  readonly commons: Map<string, CommonBinding> = new Map();

  constructor(binder: Binder, parent: Scope | undefined) {
    this.binder = binder;
    this.parent = parent;
  }

  /** For expressions of the table itself (generated columns, checks), which may read what the statement may not. */
  isInternal = false;

  /** Runs `bind` as part of another clause. */
  within<T>(clause: string, bind: () => T): T {
    const before = this.clause;
    this.clause = clause;
    try {
      return bind();
    } finally {
      this.clause = before;
    }
  }

  /** The common table of this name that is visible here. */
  findCommon(name: string): CommonBinding | undefined {
    return this.commons.get(name) ?? this.parent?.findCommon(name);
  }

  /** What a column name means here. Throws 1052 or 1054. */
  resolve(name: ColumnName): Expression {
    const found = this.#search(name);
    if (found === undefined) throw new SqlError('ER_BAD_FIELD', written(name), this.clause);
    return found;
  }

  /** The named column behind a plain column name of this block; undefined when it is something else. */
  column(name: ColumnName): NamedColumn | undefined {
    const found = this.#columns(name);
    if (found.length > 1) throw new SqlError('ER_NON_UNIQ', written(name), this.clause);
    return found[0];
  }

  #search(name: ColumnName): Expression | undefined {
    if (name.table === null) {
      const preferred = this.preferred?.(name.name);
      if (preferred !== undefined) return preferred;
    }
    const column = this.column(name);
    if (column !== undefined)
      return this.isInternal ? column.source.ref(column.column) : column.source.read(column.column);
    const fallback = name.table === null ? this.fallback?.(name.name) : undefined;
    return fallback ?? this.#searchOutside(name);
  }

  #searchOutside(name: ColumnName): Expression | undefined {
    const found = this.parent?.outward(name);
    if (found === undefined) return undefined;
    this.noteOuter(found);
    return found;
  }

  /** Resolution on behalf of a subquery in this block. */
  outward(name: ColumnName): Expression | undefined {
    return this.#search(name);
  }

  /** Notes the rows of outer blocks that an expression reads. */
  noteOuter(expression: Expression): void {
    walk(expression, e => {
      if (e instanceof ColumnRef || e instanceof Slot) this.outer.add(e);
      return undefined;
    });
  }

  #columns(name: ColumnName): readonly NamedColumn[] {
    const lower = name.name.toLowerCase();
    if (name.table === null) return this.namespace.columns.filter(c => c.lower === lower);
    const found: NamedColumn[] = [];
    for (const source of this.namespace.sources) {
      if (!isNamed(source, name.schema, name.table)) continue;
      const column = source.find(name.name);
      if (column >= 0) found.push({lower, name: source.columns[column].name, source, column});
    }
    return found;
  }
}

/** True when `schema.table` means this source. */
export function isNamed(source: Source, schema: string | null, table: string): boolean {
  return source.alias === table && (schema === null || source.schema === schema);
}

/** A column name as error messages show it. */
export function written(name: ColumnName): string {
  const qualified = name.table === null ? name.name : `${name.table}.${name.name}`;
  return name.schema === null ? qualified : `${name.schema}.${qualified}`;
}
