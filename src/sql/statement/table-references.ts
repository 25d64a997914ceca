// Finds the tables that a statement names, anywhere in its tree: they are locked and loaded before it is bound, for binding never waits.
//
// A name that turns out to be a common table expression is looked up in vain; that is harmless, and cheaper than to follow
// the scopes of WITH here.

import type {Query, Statement} from '../parse/ast.ts';
import type {Expression, TableName} from '../parse/ast-expression.ts';

/** All tables named in FROM clauses, and the targets of INSERT, UPDATE, DELETE and LOAD. */
export function tablesIn(node: Statement | Query | Expression): readonly TableName[] {
  const found: TableName[] = [];
  visit(node, found);
  return found;
}

interface Node {
  readonly kind?: unknown;
  readonly table?: unknown;
}

/** Expressions without parts. A bulk insert has hundreds of thousands of them: they are not looked into. */
const LEAVES = new Set<unknown>([
  'null',
  'boolean',
  'integer',
  'decimal',
  'double',
  'string',
  'bytes',
  'temporal',
  'parameter',
  'column',
]);

/** True for a node of an expression that has no parts. */
export function isLeaf(kind: unknown): boolean {
  return LEAVES.has(kind);
}

const WITH_TARGET = new Set<unknown>(['baseTable', 'table', 'insert', 'load']);

function visit(value: unknown, found: TableName[]): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) visit(item, found);
    return;
  }
  const node = value as Node;
  if (isLeaf(node.kind)) return;
  if (WITH_TARGET.has(node.kind)) found.push(node.table as TableName);
  for (const part of Object.values(node)) visit(part, found);
}
