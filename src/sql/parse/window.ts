// Windows: the specification behind OVER and in the WINDOW clause, with its frame.

import type {FrameBound, Window, WindowFrame} from './ast-function.ts';
import {parseExpression, parseExpressions, parseFrozen} from './expression.ts';
import {intervalUnit} from './interval.ts';
import type {Parser} from './parser.ts';
import {parseOrderBy} from './query.ts';

/** OVER with the name of a window or a specification. */
export function parseOver(parser: Parser): Window | string {
  parser.expect('OVER');
  return parser.word === '(' ? parseWindow(parser) : parser.identifier();
}

/** `([base] [PARTITION BY ...] [ORDER BY ...] [frame])` */
export function parseWindow(parser: Parser): Window {
  const at = parser.start;
  parser.expect('(');
  parser.frozen++;
  const base = parser.isIdentifier() ? parser.identifier() : null;
  let partitionBy: Window['partitionBy'] = [];
  if (parser.accept('PARTITION')) {
    parser.expect('BY');
    partitionBy = parseExpressions(parser);
  }
  const orderBy = parseOrderBy(parser);
  const frame = parseFrame(parser);
  parser.frozen--;
  parser.expect(')');
  return {at, base, partitionBy, orderBy, frame};
}

function parseFrame(parser: Parser): WindowFrame | null {
  const word = parser.acceptOneOf(['ROWS', 'RANGE', 'GROUPS']);
  if (word === null) return null;
  const unit = word.toLowerCase() as WindowFrame['unit'];
  if (!parser.accept('BETWEEN')) {
    return {unit, start: parseBound(parser), end: {kind: 'currentRow', distance: null, unit: null}};
  }
  const start = parseBound(parser);
  parser.expect('AND');
  return {unit, start, end: parseBound(parser)};
}

function parseBound(parser: Parser): FrameBound {
  if (parser.accept('CURRENT')) {
    parser.expect('ROW');
    return {kind: 'currentRow', distance: null, unit: null};
  }
  if (parser.accept('UNBOUNDED')) {
    const isPreceding = parser.expectOneOf(['PRECEDING', 'FOLLOWING']) === 'PRECEDING';
    return {kind: isPreceding ? 'unboundedPreceding' : 'unboundedFollowing', distance: null, unit: null};
  }
  const isInterval = parser.accept('INTERVAL');
  const distance = isInterval ? parseExpression(parser) : parseFrozen(parser);
  const unit = isInterval ? intervalUnit(parser) : null;
  const isPreceding = parser.expectOneOf(['PRECEDING', 'FOLLOWING']) === 'PRECEDING';
  return {kind: isPreceding ? 'preceding' : 'following', distance, unit};
}
