// The registers that a plan's operators fill: what has to be kept of a row to show it again later.

import {ExistsSubquery, QuantifiedSubquery, ScalarSubquery} from '../bind/subquery.ts';
import {BlockingCall} from '../functions/blocking-call.ts';
import {producedBy} from './dependencies.ts';
import {childrenOf, type LiftedStep, type PlanNode} from './physical.ts';

/** Every register that may differ from row to row of a plan; each once. */
export function registersOf(node: PlanNode): Int32Array {
  const found = new Set<number>();
  gather(node, found);
  return Int32Array.from(found).sort();
}

function gather(node: PlanNode, found: Set<number>): void {
  for (const register of ownRegisters(node)) found.add(register);
  // What is below these is not shown above them.
  if (node.kind === 'concat' || node.kind === 'setOperation') return;
  for (const child of childrenOf(node)) gather(child, found);
}

function ownRegisters(node: PlanNode): Iterable<number> {
  switch (node.kind) {
    case 'scan':
    case 'indexMerge':
    case 'store':
    case 'recursion':
    case 'virtual':
    case 'function':
      return producedBy([node.source]);
    case 'values':
    case 'concat':
    case 'setOperation':
      return node.targets;
    case 'apply':
    case 'prelude':
      return node.steps.flatMap(stepRegisters);
    case 'compute':
      return node.values.map(value => value.register);
    case 'aggregate':
    case 'window':
      return node.calls.map(call => call.register);
    case 'rollup':
      return [...node.calls.map(call => call.register), ...node.keyRegisters, ...node.flagRegisters];
    default:
      return [];
  }
}

function stepRegisters({part}: LiftedStep): readonly number[] {
  if (part instanceof ScalarSubquery) return [...part.registers];
  const isSingle = part instanceof ExistsSubquery || part instanceof QuantifiedSubquery || part instanceof BlockingCall;
  return isSingle ? [part.register] : [];
}
