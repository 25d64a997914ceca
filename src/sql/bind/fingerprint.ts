// When two expressions in syntax are the same: their fingerprints are. A fingerprint is a text with everything that an expression is made of and
// nothing else: no positions, no second names of functions, -> and ->> as the functions that they stand for, columns by source and number.

import type * as ast from '../parse/ast-expression.ts';
import type {Cast} from '../parse/ast-function.ts';
import {shownName} from '../parse/format-canonical.ts';

/** How the parts of an expression that are not its own are told. */
export interface FingerprintNames {
  /** What a column is; undefined: nothing that could be the same as anything. */
  column(name: ast.ColumnName): string | undefined;
  /** What stands for the character set of CAST AS CHAR without one. */
  readonly charset: string;
}

export interface Fingerprint {
  readonly text: string;
  /** The same without the values of literals that the plan cache takes out. */
  readonly shape: string;
  /** The numbers of literals that the plan cache has taken out. */
  readonly taken: readonly number[];
}

/** Kinds of nodes whose value is not that of the row alone. */
const FOREIGN: ReadonlySet<string> = new Set([
  'subquery',
  'exists',
  'inQuery',
  'quantified',
  'aggregate',
  'window',
  'insertedValue',
  'default',
  'userVariable',
  'assignment',
  'systemVariable',
  'match',
]);

const LITERALS: ReadonlySet<string> = new Set(['integer', 'decimal', 'double', 'string', 'bytes']);

/** Kind and name of the operation at the root: different for most expressions that are different. */
export function rootOf(e: ast.Expression): string {
  switch (e.kind) {
    case 'call':
      return `call ${shownName(e.name)}`;
    case 'jsonPath':
      return `call ${e.unquote ? 'json_unquote' : 'json_extract'}`;
    default:
      return e.kind;
  }
}

/** Undefined: the expression reads what is not in a row, or has a `?`. */
export function fingerprintOf(e: ast.Expression, names: FingerprintNames): Fingerprint | undefined {
  const writer = new FingerprintWriter(names);
  const text = writer.write(e, true);
  if (text === undefined) return undefined;
  return {text, shape: writer.write(e, false) ?? '', taken: writer.taken};
}

class FingerprintWriter {
  readonly #names: FingerprintNames;
  readonly taken: number[] = [];

  constructor(names: FingerprintNames) {
    this.#names = names;
  }

  /** `withValues`: false for the shape. */
  write(e: ast.Expression, withValues: boolean): string | undefined {
    if (FOREIGN.has(e.kind)) return undefined;
    switch (e.kind) {
      case 'column':
        return this.#names.column(e);
      case 'parameter':
        if (e.literal === null) return undefined;
        if (withValues) this.taken.push(e.index);
        return this.write(e.literal, withValues);
      case 'call':
        return this.#fields({...e, name: shownName(e.name)}, withValues);
      case 'jsonPath':
        return this.write(callOf(e), withValues);
      case 'cast':
        return this.#fields(this.#withCharset(e), withValues);
      case 'collate':
        return this.#fields({...e, collation: e.collation.toLowerCase()}, withValues);
      case 'string':
        return withValues ? this.#fields({...e, charset: e.charset ?? 'utf8mb4'}, true) : 'literal';
      default:
        return !withValues && LITERALS.has(e.kind) ? 'literal' : this.#fields(e, withValues);
    }
  }

  #withCharset(e: Cast): Cast {
    if (e.type.name !== 'char') return e;
    return {...e, type: {...e.type, charset: e.type.charset?.toLowerCase() ?? this.#names.charset}};
  }

  /** All fields of a node but its place. */
  #fields(node: object, withValues: boolean): string | undefined {
    let text = '{';
    for (const [name, value] of Object.entries(node).sort(byName)) {
      if (name === 'at') continue;
      const written = this.#value(value, withValues);
      if (written === undefined) return undefined;
      text += `${name}:${written},`;
    }
    return `${text}}`;
  }

  #value(value: unknown, withValues: boolean): string | undefined {
    if (typeof value !== 'object' || value === null)
      return typeof value === 'string' ? JSON.stringify(value) : String(value);
    if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
    if (Array.isArray(value)) {
      const items = value.map(item => this.#value(item, withValues));
      return items.includes(undefined) ? undefined : `[${items.join()}]`;
    }
    const isNode = typeof (value as {readonly kind?: unknown}).kind === 'string';
    return isNode ? this.write(value as ast.Expression, withValues) : this.#fields(value, withValues);
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** `column -> path` as a call of JSON_EXTRACT, `->>` with JSON_UNQUOTE around it. */
function callOf({at, column, path, unquote}: ast.JsonPath): ast.Expression {
  const call = (name: string, ...args: readonly ast.Expression[]): ast.Expression => ({
    kind: 'call',
    at,
    schema: null,
    name,
    args,
  });
  const extracted = call('json_extract', column, {kind: 'string', at, value: path, charset: null});
  return unquote ? call('json_unquote', extracted) : extracted;
}

/** The expression with the literals that the plan cache took out in their places again. */
export function withLiterals(e: ast.Expression): ast.Expression {
  return restored(e) as ast.Expression;
}

function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(restored);
  const node = value as ast.Expression;
  if (node.kind === 'parameter' && node.literal !== null) return node.literal;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, restored(part)]));
}
