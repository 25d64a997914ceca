// Pieces of a statement's text, kept in the catalog: default expressions, generated columns, CHECK conditions, view queries.
//
// The syntax tree knows where nodes begin but not where they end, so the pieces are cut out of the text by its tokens.

import {BugError, must} from '../../base/assert.ts';
import {quoteName} from '../catalog/names.ts';
import type {TableName} from '../parse/ast-expression.ts';
import type {Modes} from '../parse/modes.ts';
import {Scanner, Token} from '../parse/scanner.ts';
import {type Source, sourceOf, textOf} from '../parse/source.ts';

/**
 * What stands between the parentheses around offset `inside`, looking from the token at `from` on: the outermost pair that opens behind `from`
 * and holds `inside`.
 */
export function parenthesizedText(text: Source, modes: Modes, from: number, inside: number): string {
  const scanner = new Scanner(text, modes, from);
  const open: number[] = [];
  let outer = -1;
  for (scanner.next(); scanner.kind !== Token.end; scanner.next()) {
    if (scanner.word === '(') open.push(scanner.start);
    else if (scanner.word === ')') {
      const begin = must(open.pop(), () => 'an opening parenthesis');
      if (begin < inside && scanner.start >= inside) outer = begin;
      if (open.length === 0 && outer >= 0) return textOf(text.slice(outer + 1, scanner.start)).trim();
    }
  }
  throw new BugError('a parenthesis of a parsed statement has no end');
}

/** The text [from, end) with the default schema written out in front of each table name that has none. */
export function qualifiedText(
  text: Source,
  from: number,
  end: number,
  tables: readonly TableName[],
  schema: string,
): string {
  const places = tables
    .filter(table => table.schema === null)
    .map(table => table.at)
    .sort((a, b) => a - b);
  let result = '';
  let at = from;
  for (const place of places) {
    result += `${textOf(text.slice(at, place))}${quoteName(schema)}.`;
    at = place;
  }
  return result + textOf(text.slice(at, end));
}

const SCHEMA_AND_DOT = /^(?:`(?:[^`]|``)*`|[^`.\s]+)\s*\.\s*/;

/** The other way round: `text` with the schema cut off where a table of it is named. */
export function unqualifiedText(text: string, tables: readonly TableName[], schema: string): string {
  const source = sourceOf(text);
  const places = tables.filter(table => table.schema === schema).map(table => table.at);
  places.sort((a, b) => a - b);
  let result = '';
  let at = 0;
  for (const place of places) {
    result += textOf(source.slice(at, place));
    at = place + (SCHEMA_AND_DOT.exec(source.slice(place))?.[0].length ?? 0);
  }
  return result + textOf(source.slice(at));
}
