// Recognises the plans that have a fused class of their own.

import type {BoundQuery} from '../bind/bound-query.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {ReusableExecution} from '../exec/select-execution.ts';
import type {PlanNode} from './physical.ts';

/** The fused execution for a plan, where there is one. */
export function fusedExecution(
  _bound: BoundQuery,
  _plan: PlanNode,
  _columns: readonly ResultColumn[],
): {readonly name: string; readonly execution: ReusableExecution} | undefined {
  return undefined;
}
