// Finds the parts of expressions that may block - subqueries, SLEEP, GET_LOCK - so that operators can run them before the
// expressions are evaluated (exec/apply.ts).
//
// A part is evaluated only where MySQL would have evaluated it: the walk notes under which conditions a part is reached. `a OR
// (SELECT ...)` needs the subquery when a is not true; the branches of CASE when its condition is. The guard is tested again for the
// whole expression, which is harmless: guards are pure but for assignments to user variables.

import {Case, Coalesce} from '../bind/case.ts';
import type {Expression} from '../bind/expression.ts';
import {And, conjunction, IsNull, IsTruth, Or} from '../bind/logic.ts';
import {BlockingExpression} from '../bind/subquery.ts';
import {hasBlocking} from './dependencies.ts';
import type {LiftedStep} from './physical.ts';

/** The steps of expressions, in the order in which they must run; each part once. */
export function liftAll(expressions: readonly Expression[]): readonly LiftedStep[] {
  const steps: LiftedStep[] = [];
  for (const e of expressions) lift(e, [], steps);
  return steps;
}

function lift(e: Expression, guards: readonly Expression[], steps: LiftedStep[]): void {
  if (!hasBlocking(e)) return;
  if (e instanceof And) liftSequence(e.children, guards, steps, isNotFalse);
  else if (e instanceof Or) liftSequence(e.children, guards, steps, isNotTrue);
  else if (e instanceof Coalesce) liftSequence(e.children, guards, steps, c => new IsNull(c, false));
  else if (e instanceof Case) liftCase(e, guards, steps);
  else for (const child of e.children) lift(child, guards, steps);
  if (e instanceof BlockingExpression) add({part: e, guard: conjunction(guards)}, steps);
}

/** A part that is needed in two places is run when either needs it. */
function add(step: LiftedStep, steps: LiftedStep[]): void {
  const known = steps.findIndex(s => s.part === step.part);
  if (known < 0) steps.push(step);
  else if (steps[known].guard !== step.guard) {
    const {guard} = steps[known];
    const either = guard === undefined || step.guard === undefined ? undefined : new Or([guard, step.guard]);
    steps[known] = {part: step.part, guard: either};
  }
}

function isNotFalse(condition: Expression): Expression {
  return new IsTruth(condition, 0, true);
}

function isNotTrue(condition: Expression): Expression {
  return new IsTruth(condition, 1, true);
}

/** Operands from left to right: each is reached only if all before it let it be. */
function liftSequence(
  operands: readonly Expression[],
  guards: readonly Expression[],
  steps: LiftedStep[],
  passes: (operand: Expression) => Expression,
): void {
  let reached = guards;
  for (const operand of operands) {
    lift(operand, reached, steps);
    reached = [...reached, passes(operand)];
  }
}

function liftCase(e: Case, guards: readonly Expression[], steps: LiftedStep[]): void {
  let reached = guards;
  for (const [i, condition] of e.conditions.entries()) {
    lift(condition, reached, steps);
    lift(e.results[i], [...reached, condition], steps);
    reached = [...reached, isNotTrue(condition)];
  }
  if (e.otherwise !== undefined) lift(e.otherwise, reached, steps);
}
