// EXPLAIN: a plan as a tree of operations. FORMAT=TREE prints it, FORMAT=JSON shows the same as a document; the traditional table is in
// explain-table.ts.

import {type Json, JsonDouble, type JsonObject, printJson} from '../../format/value/json-tree.ts';
import {formatDouble} from '../../format/value/number-text.ts';
import type {BoundQuery} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import {type BlockingExpression, SubqueryExpression} from '../bind/subquery.ts';
import type {BoundEnd, PartBound} from '../exec/index-ranges.ts';
import type {Measurement} from '../exec/measured.ts';
import type {Access} from './access.ts';
import type {Measurements} from './build.ts';
import {tableOf} from './build-scan.ts';
import {childrenOf, type LiftedStep, type PlanNode} from './physical.ts';
import type {SelectPlan} from './prepare.ts';

/** One operation, with its inputs. */
export interface Operation {
  readonly text: string;
  readonly rows: number;
  readonly cost: number;
  /** What it has done, when that was measured. */
  readonly actual: Measurement | undefined;
  readonly inputs: readonly Operation[];
}

/** What describing a plan needs besides its nodes. */
interface Describing {
  /** The plan of a subquery, for operations that run one. */
  readonly planOf: (query: BoundQuery) => PlanNode;
  readonly measurements: Measurements | undefined;
}

/** The operations of a plan. */
export function operationsOf({root, fused, planner, measurements}: SelectPlan): Operation {
  const tree = describe(root, {planOf: query => planner.plan(query).plan, measurements});
  const {rows, cost} = tree;
  return fused === undefined ? tree : {text: `Fused: ${fused}`, rows, cost, actual: undefined, inputs: [tree]};
}

/** FORMAT=TREE. */
export function explainTree(plan: SelectPlan): string {
  const lines: string[] = [];
  printTree(operationsOf(plan), 0, lines);
  return `${lines.join('\n')}\n`;
}

function printTree({text, rows, cost, actual, inputs}: Operation, depth: number, lines: string[]): void {
  const estimated = `(cost=${rounded(cost)} rows=${rounded(rows)})`;
  lines.push(`${'    '.repeat(depth)}-> ${text}  ${estimated}${actualText(actual)}`);
  for (const input of inputs) printTree(input, depth + 1, lines);
}

/** Times and rows of one loop, on average; times in milliseconds. */
function actualText(actual: Measurement | undefined): string {
  if (actual === undefined) return '';
  const {loops, rows, firstMicros, allMicros} = actual;
  if (loops === 0) return ' (never executed)';
  const [first, all] = [firstMicros, allMicros].map(micros => formatDouble(precise(micros / 1000 / loops)));
  return ` (actual time=${first}..${all} rows=${formatDouble(precise(rows / loops))} loops=${loops})`;
}

/** Three digits that count; all of a whole number. */
function precise(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function rounded(value: number): string {
  return formatDouble(value < 10 ? Math.round(value * 100) / 100 : Math.round(value));
}

/** FORMAT=JSON. */
export function explainJson(plan: SelectPlan): string {
  return printJson(new Map([['query_plan', jsonOf(operationsOf(plan))]]));
}

function jsonOf({text, rows, cost, actual, inputs}: Operation): Json {
  const object: JsonObject = new Map();
  object.set('operation', text);
  object.set('estimated_rows', new JsonDouble(Math.round(rows * 100) / 100));
  object.set('estimated_total_cost', new JsonDouble(Math.round(cost * 100) / 100));
  if (actual !== undefined) {
    const {loops, rows: all, firstMicros, allMicros} = actual;
    const perLoop = (value: number): JsonDouble => new JsonDouble(loops === 0 ? 0 : precise(value / loops));
    object.set('actual_loops', loops);
    object.set('actual_rows', perLoop(all));
    object.set('actual_first_row_ms', perLoop(firstMicros / 1000));
    object.set('actual_last_row_ms', perLoop(allMicros / 1000));
  }
  if (inputs.length > 0) object.set('inputs', inputs.map(jsonOf));
  return object;
}

// --- Nodes ---------------------------------------------------------------------------------------------------------

function describe(node: PlanNode, by: Describing): Operation {
  const inputs = childrenOf(node).map(child => describe(child, by));
  const {rows, cost} = node;
  const actual = by.measurements?.get(node);
  return {text: textOf(node), rows, cost, actual, inputs: [...inputs, ...furtherInputs(node, by)]};
}

/** What a node reads besides its children: stores, subqueries. */
function furtherInputs(node: PlanNode, by: Describing): readonly Operation[] {
  switch (node.kind) {
    case 'apply':
    case 'prelude':
      return node.steps.map(step => describeStep(step, by));
    case 'indexMerge':
      return node.branches.map(({...access}) => {
        const {rows, cost} = access;
        const text = scanText({source: node.source, access: {...access, covering: undefined}});
        return {text, rows, cost, actual: undefined, inputs: []};
      });
    case 'store': {
      const {fill} = node.store;
      if (fill.kind === 'query') return [describe(fill.plan, by)];
      return fill.kind === 'recursion' ? [describe(fill.seed, by), describe(fill.recursive, by)] : [];
    }
    default:
      return [];
  }
}

function describeStep({part}: LiftedStep, by: Describing): Operation {
  if (!(part instanceof SubqueryExpression))
    return {text: `Call ${part}`, rows: 1, cost: 0, actual: undefined, inputs: []};
  const plan = describe(by.planOf(part.query), by);
  return {text: `Select ${subqueryText(part)}`, rows: 1, cost: plan.cost, actual: undefined, inputs: [plan]};
}

function subqueryText(part: BlockingExpression): string {
  const isDependent = part instanceof SubqueryExpression && part.query.outer.size > 0;
  return `${part} (${isDependent ? 'subquery in condition; dependent' : 'subquery; run only once'})`;
}

function textOf(node: PlanNode): string {
  switch (node.kind) {
    case 'oneRow':
      return 'Rows fetched before execution';
    case 'noRows':
      return `Zero rows (${node.why})`;
    case 'scan':
      return scanText(node);
    case 'indexMerge':
      return node.operation === 'union' ? 'Deduplicate rows sorted by row ID' : 'Intersect rows sorted by row ID';
    case 'store':
      return `Table scan on ${node.source.alias} (materialized ${node.store.name})`;
    case 'recursion':
      return `Scan new records on ${node.source.alias}`;
    case 'virtual':
      return `Table scan on ${node.source.alias}`;
    case 'function':
      return `Table function on ${node.source.alias}`;
    case 'values':
      return `Rows of VALUES (${node.rowsOf.length})`;
    case 'filter':
    case 'gate':
      return `Filter: ${joined(node.conditions, ' and ')}`;
    case 'apply':
      return 'Run subqueries per row';
    case 'prelude':
      return 'Run subqueries first';
    case 'compute':
      return `Compute: ${node.values.map(v => String(v.expression)).join(', ')}`;
    case 'loop':
      return `Nested loop ${joinText(node.join)}`;
    case 'hashJoin':
      return hashJoinText(node);
    default:
      return upperText(node);
  }
}

/** Operations above the joins. */
function upperText(node: PlanNode): string {
  switch (node.kind) {
    case 'aggregate': {
      const calls = node.calls.map(String).join(', ');
      const how = node.mode === 'hash' ? ' using temporary table' : '';
      const by = node.keys.length === 0 ? '' : ` by ${joined(node.keys, ', ')}`;
      return `${node.mode === 'scalar' ? 'Aggregate' : 'Group aggregate'}${how}${by}: ${calls}`;
    }
    case 'rollup':
      return `Group aggregate with rollup by ${joined(node.keys, ', ')}: ${node.calls.join(', ')}`;
    case 'window':
      return `Window: ${node.calls.join(', ')}`;
    case 'distinct':
      return `Deduplicate: ${joined(node.values, ', ')}`;
    case 'sort':
      return `Sort: ${orderText(node.keys)}`;
    case 'topN':
      return `Sort: ${orderText(node.keys)}, limit input to ${node.limit} row(s)${offsetText(node.offset)}`;
    case 'limit':
      return `Limit: ${node.limit ?? 'all'} row(s)${offsetText(node.offset)}`;
    case 'concat':
      return 'Append';
    case 'setOperation':
      return `${node.operator === 'intersect' ? 'Intersect' : 'Except'}${node.all ? ' all' : ''} materialize with deduplication`;
    default:
      return node.kind;
  }
}

function joined(expressions: readonly Expression[], separator: string): string {
  return expressions.map(String).join(separator);
}

function orderText(keys: readonly {readonly expression: Expression; readonly descending: boolean}[]): string {
  return keys.map(k => `${k.expression}${k.descending ? ' DESC' : ''}`).join(', ');
}

function offsetText(offset: Expression | undefined): string {
  return offset === undefined ? '' : `, offset ${offset}`;
}

function joinText(join: 'inner' | 'left' | 'semi' | 'anti'): string {
  return join === 'semi' ? 'semijoin' : join === 'anti' ? 'antijoin' : `${join} join`;
}

function hashJoinText({join, outerKeys, innerKeys, residual}: Extract<PlanNode, {kind: 'hashJoin'}>): string {
  const name = join === 'inner' ? 'Inner hash join' : join === 'left' ? 'Left hash join' : `Hash ${joinText(join)}`;
  const keys = outerKeys.map((key, i) => `(${key} = ${innerKeys[i]})`).join(', ');
  return `${name} ${keys}${residual.length === 0 ? '' : `, extra conditions: ${joined(residual, ' and ')}`}`;
}

// --- Scans ---------------------------------------------------------------------------------------------------------

function scanText({source, access}: Pick<Extract<PlanNode, {kind: 'scan'}>, 'source' | 'access'>): string {
  const {alias} = source;
  const index = tableOf(source).indexes[access.index];
  const covering = access.covering === undefined ? '' : 'Covering i';
  const prefix = covering === '' ? 'I' : covering;
  const tested = access.entryConditions;
  const condition = tested.length === 0 ? '' : `, with index condition: ${joined(tested, ' and ')}`;
  const ending = `${condition}${access.descending ? ' (reverse)' : ''}`;
  switch (access.kind) {
    case 'full':
      if (access.index === 0) return `Table scan on ${alias}${ending}`;
      return `${prefix}ndex scan on ${alias} using ${index.name}${ending}`;
    case 'point':
      return `Single-row index lookup on ${alias} using ${index.name} (${boundsText(source, access)})`;
    case 'unique':
    case 'ref':
      return `${prefix}ndex lookup on ${alias} using ${index.name} (${boundsText(source, access)})${ending}`;
    default:
      return `${prefix}ndex range scan on ${alias} using ${index.name} over ${boundsText(source, access)}${ending}`;
  }
}

/** The bounds of an access, as conditions on its index columns. */
export function boundsText(source: Extract<PlanNode, {kind: 'scan'}>['source'], {branches, index}: Access): string {
  const table = tableOf(source);
  const {parts} = table.indexes[index];
  const nameOf = (part: number): string => {
    const {name, hidden, generated} = table.columns[parts[part].column];
    return hidden ? (generated?.sql ?? name) : name;
  };
  return branches
    .map(branch => branch.map((bound, part) => boundText(nameOf(part), bound)).join(', '))
    .map((text, _, all) => (all.length > 1 ? `(${text})` : text))
    .join(' OR ');
}

function boundText(name: string, bound: PartBound): string {
  switch (bound.kind) {
    case 'null':
      return `${name} IS NULL`;
    case 'equal':
      return bound.values.length === 1 ? `${name}=${bound.values[0]}` : `${name} IN (${joined(bound.values, ', ')})`;
    case 'like':
      return `${name} LIKE ${bound.pattern}`;
    default:
      return betweenText(name, bound.low, bound.high);
  }
}

function betweenText(name: string, low: BoundEnd | undefined, high: BoundEnd | undefined): string {
  if (low === undefined && high === undefined) return `NULL < ${name}`;
  const from = low === undefined ? '' : `${low.expression} ${low.inclusive ? '<=' : '<'} `;
  const to = high === undefined ? '' : ` ${high.inclusive ? '<=' : '<'} ${high.expression}`;
  return `${from}${name}${to}`;
}
