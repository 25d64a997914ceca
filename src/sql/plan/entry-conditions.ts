// Which conditions can be tested on the entries of a secondary index, before the rows are looked up.
//
// Entries are of all versions of rows, visible or not. So only what cannot fail or warn is tested there: comparisons of columns that can be had from the key, and what
// AND, OR and NOT make of them.

import {decodableParts} from '../../format/key/decode-key.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import {Comparison} from '../bind/comparison.ts';
import {Convert} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {InList} from '../bind/in-list.ts';
import {ColumnRef, Constant, Parameter} from '../bind/leaf.ts';
import {Like} from '../bind/like.ts';
import {And, IsNull, IsTruth, Not, Or} from '../bind/logic.ts';
import type {Source} from '../bind/source.ts';
import {domainOf} from '../bind/type-classes.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {EntryCondition} from '../exec/entry-condition.ts';
import {type Access, wholeKeyLayout} from './access.ts';

/** Of conditions that the ranges do not enforce, those to test on entries. */
export function entryConditions(
  source: Source,
  access: Access,
  conditions: readonly Expression[],
): readonly Expression[] {
  const {origin} = source;
  const isLookup = access.index > 0 && access.kind !== 'full' && access.covering === undefined;
  if (origin.kind !== 'table' || !isLookup) return [];
  const layout = wholeKeyLayout(origin.table, access.index);
  if (layout === undefined) return [];
  const decodable = decodableParts(layout);
  const readable = new Set(layout.parts.filter((_, part) => decodable[part]).map(part => part.column));
  const bounded = boundedColumns(origin.table, access);
  return conditions.filter(condition => {
    const own = columnsOf(condition, source);
    const saysMore = condition instanceof Like || [...own].some(column => !bounded.has(column));
    return own.size > 0 && saysMore && [...own].every(column => readable.has(column)) && isHarmless(condition);
  });
}

/** The filter for the cursor of a scan; undefined when there is nothing to test. */
export function entryFilter(source: Source, {index, entryConditions: conditions}: Access): EntryCondition | undefined {
  if (conditions.length === 0 || source.origin.kind !== 'table') return undefined;
  const layout = wholeKeyLayout(source.origin.table, index) as KeyLayout;
  const columns = [...new Set(conditions.flatMap(condition => [...columnsOf(condition, source)]))];
  return new EntryCondition(
    layout,
    Int32Array.from(columns, column => layout.parts.findIndex(part => part.column === column)),
    Int32Array.from(columns, column => source.registers[column]),
    conditions,
  );
}

/** Columns whose values all ranges bound. */
function boundedColumns(table: TableDefinition, {index, branches}: Access): ReadonlySet<number> {
  const parts = Math.min(...branches.map(branch => branch.length));
  return new Set(table.indexes[index].parts.slice(0, parts).map(part => part.column));
}

function columnsOf(e: Expression, source: Source): Set<number> {
  const found = new Set<number>();
  const visit = (part: Expression): void => {
    if (part instanceof ColumnRef && part.source === source) found.add(part.column);
    part.children.forEach(visit);
  };
  visit(e);
  return found;
}

function isHarmless(e: Expression): boolean {
  if (e.volatility >= Volatility.volatile || !isHarmlessKind(e)) return false;
  return e.children.every(isHarmless);
}

/** Every value has one of the other domain. */
function isWidening(from: string, to: string): boolean {
  if (from === 'datetime') return to === 'datetime';
  return (from === 'integer' || from === 'decimal') && (to === 'decimal' || to === 'double');
}

function isHarmlessKind(e: Expression): boolean {
  if (e instanceof Convert) return isWidening(domainOf(e.operand.type), domainOf(e.type));
  return (
    e instanceof Comparison ||
    e instanceof InList ||
    e instanceof Like ||
    e instanceof And ||
    e instanceof Or ||
    e instanceof Not ||
    e instanceof IsNull ||
    e instanceof IsTruth ||
    e instanceof ColumnRef ||
    e instanceof Constant ||
    e instanceof Parameter
  );
}
