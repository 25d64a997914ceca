// Indexes, in CREATE TABLE, ALTER TABLE and CREATE INDEX: their columns and options.

import type {IndexDefinition, IndexOptions, KeyPart} from './ast-schema.ts';
import {parseExpression} from './expression.ts';
import type {Parser} from './parser.ts';

export type DraftOptions = {-readonly [K in keyof IndexOptions]: IndexOptions[K]};

/**
 * The rest of an index whose kind (`UNIQUE INDEX` ...) has been passed: `[name] [USING type] (parts) options`.
 * A primary key takes a name but does not keep it.
 */
export function parseIndexRest(
  parser: Parser,
  at: number,
  type: IndexDefinition['type'],
  constraint: string | null,
): IndexDefinition {
  const name = parser.isIdentifier() && !isUsing(parser) ? parser.identifier() : null;
  const options = noIndexOptions();
  if (isUsing(parser)) parseUsing(parser, options);
  const parts = parseKeyParts(parser);
  parseIndexOptions(parser, options);
  return {at, type, constraint, name: type === 'primary' ? null : name, parts, options};
}

/** TYPE is an old word for USING, and an identifier too. */
function isUsing(parser: Parser): boolean {
  if (parser.word === 'USING') return true;
  if (parser.word !== 'TYPE') return false;
  const next = parser.peek();
  return next === 'BTREE' || next === 'HASH' || next === 'RTREE';
}

function parseUsing(parser: Parser, options: DraftOptions): void {
  parser.next();
  const word = parser.expectOneOf(['BTREE', 'HASH', 'RTREE']);
  options.using = word === 'BTREE' ? 'btree' : word === 'HASH' ? 'hash' : 'rtree';
}

/** `[USING type]` of CREATE INDEX, before ON. */
export function parseEarlyUsing(parser: Parser): IndexOptions['using'] {
  const options = noIndexOptions();
  if (isUsing(parser)) parseUsing(parser, options);
  return options.using;
}

/** `(part, ...)` with at least one part. `ofColumns`: not of expressions, as in foreign keys. */
export function parseKeyParts(parser: Parser, ofColumns = false): KeyPart[] {
  parser.expect('(');
  const parts = parser.list(() => parseKeyPart(parser, ofColumns));
  parser.expect(')');
  return parts;
}

/** `column [(length)] [ASC | DESC]` or `(expression) [ASC | DESC]` */
function parseKeyPart(parser: Parser, ofColumns: boolean): KeyPart {
  const at = parser.start;
  let column: string | null = null;
  let length: number | null = null;
  let expression: KeyPart['expression'] = null;
  if (!ofColumns && parser.accept('(')) {
    expression = parseExpression(parser);
    parser.expect(')');
  } else {
    column = parser.identifier();
    if (parser.accept('(')) {
      length = parser.integer();
      parser.expect(')');
    }
  }
  return {at, column, length, expression, descending: parser.acceptOneOf(['ASC', 'DESC']) === 'DESC'};
}

/** As in a definition that says nothing. */
export function noIndexOptions(): DraftOptions {
  return {
    using: null,
    keyBlockSize: null,
    parser: null,
    comment: null,
    visible: null,
    engineAttribute: null,
    secondaryEngineAttribute: null,
  };
}

/** Options behind the parts, in any order; `options` receives them. */
export function parseIndexOptions(parser: Parser, options: DraftOptions = noIndexOptions()): IndexOptions {
  for (;;) {
    if (isUsing(parser)) parseUsing(parser, options);
    else if (parser.accept('KEY_BLOCK_SIZE')) {
      parser.accept('=');
      options.keyBlockSize = parser.integer();
    } else if (parser.accept('COMMENT')) options.comment = parser.string();
    else if (parser.accept('VISIBLE')) options.visible = true;
    else if (parser.accept('INVISIBLE')) options.visible = false;
    else if (parser.acceptAll('WITH', 'PARSER')) options.parser = parser.identifier();
    else if (parser.accept('ENGINE_ATTRIBUTE')) {
      parser.accept('=');
      options.engineAttribute = parser.string();
    } else if (parser.accept('SECONDARY_ENGINE_ATTRIBUTE')) {
      parser.accept('=');
      options.secondaryEngineAttribute = parser.string();
    } else return options;
  }
}
