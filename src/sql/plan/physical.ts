// Physical plans: what is done, in which order, as data. EXPLAIN prints them; plan/build.ts makes operators of them.

import type {SqlType} from '../../format/value/types.ts';
import type {AggregateCall} from '../bind/aggregate-call.ts';
import type {OrderKey} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import type {Source} from '../bind/source.ts';
import type {BlockingExpression} from '../bind/subquery.ts';
import type {WindowCall} from '../bind/window-call.ts';
import type {JoinKind} from '../exec/nested-loop.ts';
import type {Access} from './access.ts';
import type {StorePlan} from './store-plan.ts';

/** A subquery or blocking call to run for each row, and when it is needed at all. */
export interface LiftedStep {
  readonly part: BlockingExpression;
  readonly guard: Expression | undefined;
}

/** A computed value and its register. */
export interface ComputedValue {
  readonly expression: Expression;
  readonly register: number;
}

/** One branch of a set operation: a plan and the values it delivers. */
export interface BranchPlan {
  readonly plan: PlanNode;
  readonly outputs: readonly Expression[];
}

interface Estimate {
  /** Rows it delivers, and what all of them cost, in row reads. */
  readonly rows: number;
  readonly cost: number;
}

export type PlanNode = Estimate &
  (
    | {readonly kind: 'oneRow'}
    | {readonly kind: 'noRows'; readonly why: string}
    | {readonly kind: 'scan'; readonly source: Source; readonly access: Access}
    /** Rows that several ways by an index find, any of them or all. */
    | {
        readonly kind: 'indexMerge';
        readonly source: Source;
        readonly operation: 'union' | 'intersect';
        readonly branches: readonly Access[];
      }
    | {readonly kind: 'store'; readonly source: Source; readonly store: StorePlan}
    | {readonly kind: 'recursion'; readonly source: Source; readonly store: StorePlan}
    | {readonly kind: 'virtual'; readonly source: Source}
    | {readonly kind: 'function'; readonly source: Source}
    | {readonly kind: 'values'; readonly rowsOf: readonly (readonly Expression[])[]; readonly targets: Int32Array}
    | {readonly kind: 'filter'; readonly child: PlanNode; readonly conditions: readonly Expression[]}
    /** Conditions that do not depend on rows, tested when the child would be opened. */
    | {readonly kind: 'gate'; readonly child: PlanNode; readonly conditions: readonly Expression[]}
    | {readonly kind: 'apply'; readonly child: PlanNode; readonly steps: readonly LiftedStep[]}
    /** Steps that run once, before the child is opened. */
    | {readonly kind: 'prelude'; readonly child: PlanNode; readonly steps: readonly LiftedStep[]}
    | {readonly kind: 'compute'; readonly child: PlanNode; readonly values: readonly ComputedValue[]}
    | {
        readonly kind: 'loop';
        readonly join: JoinKind;
        readonly outer: PlanNode;
        readonly inner: PlanNode;
        readonly innerSources: readonly Source[];
      }
    | {
        readonly kind: 'hashJoin';
        readonly join: JoinKind;
        readonly outer: PlanNode;
        readonly inner: PlanNode;
        readonly outerKeys: readonly Expression[];
        readonly innerKeys: readonly Expression[];
        readonly residual: readonly Expression[];
        readonly innerSources: readonly Source[];
        /** The inner side reads rows of outer queries. */
        readonly isCorrelated: boolean;
      }
    | {
        readonly kind: 'aggregate';
        readonly mode: 'scalar' | 'hash' | 'ordered';
        readonly child: PlanNode;
        readonly keys: readonly Expression[];
        readonly calls: readonly AggregateCall[];
        readonly carried: Int32Array;
        readonly produced: Int32Array;
      }
    | {
        readonly kind: 'rollup';
        readonly child: PlanNode;
        readonly keys: readonly Expression[];
        readonly keyRegisters: Int32Array;
        readonly flagRegisters: Int32Array;
        readonly calls: readonly AggregateCall[];
        readonly carried: Int32Array;
        readonly produced: Int32Array;
      }
    | {
        readonly kind: 'window';
        readonly child: PlanNode;
        readonly calls: readonly WindowCall[];
        readonly carried: Int32Array;
      }
    | {readonly kind: 'distinct'; readonly child: PlanNode; readonly values: readonly Expression[]}
    | {
        readonly kind: 'sort';
        readonly child: PlanNode;
        readonly keys: readonly OrderKey[];
        readonly carried: Int32Array;
      }
    | {
        readonly kind: 'topN';
        readonly child: PlanNode;
        readonly keys: readonly OrderKey[];
        readonly carried: Int32Array;
        readonly limit: Expression;
        readonly offset: Expression | undefined;
      }
    | {
        readonly kind: 'limit';
        readonly child: PlanNode;
        readonly limit: Expression | undefined;
        readonly offset: Expression | undefined;
        readonly countAll: boolean;
      }
    | {readonly kind: 'concat'; readonly branches: readonly BranchPlan[]; readonly targets: Int32Array}
    | {
        readonly kind: 'setOperation';
        readonly operator: 'intersect' | 'except';
        readonly all: boolean;
        readonly left: BranchPlan;
        readonly right: BranchPlan;
        readonly targets: Int32Array;
        readonly types: readonly SqlType[];
      }
  );

/** The children of a node, outer ones first. */
export function childrenOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'oneRow':
    case 'noRows':
    case 'scan':
    case 'indexMerge':
    case 'store':
    case 'recursion':
    case 'virtual':
    case 'function':
    case 'values':
      return [];
    case 'loop':
    case 'hashJoin':
      return [node.outer, node.inner];
    case 'concat':
      return node.branches.map(b => b.plan);
    case 'setOperation':
      return [node.left.plan, node.right.plan];
    default:
      return [node.child];
  }
}
