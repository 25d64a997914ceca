// Materialised row stores of a plan: derived tables, shared common tables, recursion. One object per store, however many scans read
// it; its operators are made once per execution tree (plan/build.ts).

import type {SqlType} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {PlanNode} from './physical.ts';

export interface StorePlan {
  readonly name: string;
  readonly width: number;
  /** Depends on rows further out: computed anew at each open. */
  readonly isCorrelated: boolean;
  readonly rows: number;
  readonly cost: number;
  /** How it is filled. */
  fill:
    | {readonly kind: 'query'; readonly plan: PlanNode; readonly outputs: readonly Expression[]}
    | {
        readonly kind: 'recursion';
        readonly seed: PlanNode;
        readonly seedOutputs: readonly Expression[];
        readonly recursive: PlanNode;
        readonly recursiveOutputs: readonly Expression[];
        readonly types: readonly SqlType[];
        readonly targets: Int32Array;
        readonly isDistinct: boolean;
      }
    /** While the recursive part is being planned. */
    | {readonly kind: 'pending'};
}
