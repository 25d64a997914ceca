// Queries after binding: every name is a column of a source, every aggregate and window function is found, every subquery is
// bound in its place. The planner turns this into operators; nothing here says in what order tables are read.

import type {SqlType} from '../../format/value/types.ts';
import type {AggregateCall} from './aggregate-call.ts';
import type {Expression} from './expression.ts';
import type {Source} from './source.ts';
import type {WindowCall} from './window-call.ts';

/** An output column: its name, its value, and where it comes from if it is a plain column. */
export interface Output {
  readonly name: string;
  expression: Expression;
  readonly origin: OutputOrigin | undefined;
}

export interface OutputOrigin {
  readonly schema: string;
  /** Alias of the table in the query. */
  readonly table: string;
  readonly orgTable: string;
  readonly orgName: string;
  readonly flags: number;
}

export interface OrderKey {
  readonly expression: Expression;
  readonly descending: boolean;
}

/** A FROM clause. */
export type JoinTree =
  | {readonly kind: 'source'; readonly source: Source}
  | {
      readonly kind: 'join';
      /** `left` keeps the rows of `left` without a partner; `straight` fixes the order. */
      readonly type: 'inner' | 'left' | 'straight';
      readonly left: JoinTree;
      readonly right: JoinTree;
      readonly on: readonly Expression[];
    }
  /** Conditions that came with a merged derived table. */
  | {readonly kind: 'filtered'; readonly tree: JoinTree; readonly conditions: readonly Expression[]};

/** An expression that is evaluated once per row into a register, because several places read it. */
export interface Computed {
  readonly expression: Expression;
  readonly register: number;
}

export interface Grouping {
  /** Empty: the whole input is one group. */
  readonly keys: readonly Expression[];
  readonly aggregates: AggregateCall[];
  readonly rollup: Rollup | undefined;
}

/** WITH ROLLUP: keys are read from registers that super-aggregate rows set to NULL. */
export interface Rollup {
  readonly keyRegisters: Int32Array;
  /** By key: the register that is 1 in super-aggregate rows over it (GROUPING). */
  readonly flagRegisters: Int32Array;
}

/** What SELECT, set operation and VALUES share. */
interface QueryBase {
  readonly outputs: readonly Output[];
  orderBy: readonly OrderKey[];
  limit: Expression | undefined;
  offset: Expression | undefined;
  /** Columns of outer queries that this one reads; empty: not correlated. */
  readonly outer: ReadonlySet<Expression>;
}

export interface BoundSelect extends QueryBase {
  readonly kind: 'select';
  /** Undefined: no FROM. */
  readonly from: JoinTree | undefined;
  readonly where: readonly Expression[];
  readonly grouping: Grouping | undefined;
  readonly having: readonly Expression[];
  readonly windows: readonly WindowCall[];
  readonly distinct: boolean;
  /** Output items that are evaluated before ORDER BY. */
  readonly computed: readonly Computed[];
  readonly calcFoundRows: boolean;
  /** Tables are joined in the order in which they are written. */
  readonly straightJoin: boolean;
}

export interface BoundSetOperation extends QueryBase {
  readonly kind: 'set';
  /** `union` with one branch is a parenthesised query with an ORDER BY or LIMIT of its own outside. */
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly branches: readonly BoundQuery[];
  /** Conversions of each branch's outputs to the result's types. */
  readonly branchOutputs: readonly (readonly Expression[])[];
  readonly targets: Int32Array;
  readonly types: readonly SqlType[];
}

export interface BoundValues extends QueryBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
  readonly targets: Int32Array;
}

export type BoundQuery = BoundSelect | BoundSetOperation | BoundValues;

/** A common table expression that is used more than once, or is recursive: materialised. */
export interface CommonTable {
  readonly name: string;
  readonly columns: readonly {readonly name: string; readonly type: SqlType; readonly nullable: boolean}[];
  /** Undefined for a recursive one. */
  query: BoundQuery | undefined;
  recursion: Recursion | undefined;
  /** How many sources read it. */
  uses: number;
}

export interface Recursion {
  readonly seed: BoundQuery;
  readonly seedOutputs: readonly Expression[];
  readonly recursive: BoundQuery;
  readonly recursiveOutputs: readonly Expression[];
  readonly targets: Int32Array;
  readonly types: readonly SqlType[];
  readonly isDistinct: boolean;
}

/** The sources of a FROM clause, in the order in which they are written. */
export function sourcesOf(tree: JoinTree | undefined): readonly Source[] {
  if (tree === undefined) return [];
  switch (tree.kind) {
    case 'source':
      return [tree.source];
    case 'filtered':
      return sourcesOf(tree.tree);
    default:
      return [...sourcesOf(tree.left), ...sourcesOf(tree.right)];
  }
}
