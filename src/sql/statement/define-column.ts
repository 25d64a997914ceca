// A column definition from syntax to the catalog's form: type, default, NULL, generated expression.

import {SqlError} from '../../base/sql-error.ts';
import type {ColumnContext, ConversionContext} from '../../format/value/conversion-context.ts';
import {coerceForColumn} from '../../format/value/convert.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {negateInteger} from '../../format/value/integer.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import {literalType, literalValue} from '../bind/literal.ts';
import type {ColumnDefault} from '../catalog/definition.ts';
import {checkColumnName} from '../catalog/names.ts';
import {type StoredColumn, storedColumn} from '../catalog/stored-table.ts';
import type {Expression, Literal} from '../parse/ast-expression.ts';
import type {ColumnDefinition} from '../parse/ast-schema.ts';
import type {Modes} from '../parse/modes.ts';
import type {Source} from '../parse/source.ts';
import {columnType} from './column-type.ts';
import {parenthesizedText} from './sql-text.ts';

/** What defining columns needs to know of the statement. */
export interface DefineEnvironment {
  readonly text: Source;
  readonly modes: Modes;
  readonly conversion: ConversionContext;
  readonly collationConnection: number;
}

const COMMENT_CHARACTERS_MAX = 1024;

/** The column, with this id; `collation` is the table's. */
export function defineColumn(
  ast: ColumnDefinition,
  id: number,
  collation: number,
  environment: DefineEnvironment,
): StoredColumn {
  checkColumnName(ast.name);
  const type = columnType(ast.name, ast.type, collation);
  const nullable = isNullable(ast);
  if ((ast.comment?.length ?? 0) > COMMENT_CHARACTERS_MAX) {
    throw new SqlError('ER_TOO_LONG_FIELD_COMMENT', ast.name, COMMENT_CHARACTERS_MAX);
  }
  if (ast.autoIncrement) checkAutoIncrement(ast, type);
  if (ast.onUpdateNow !== null) checkOnUpdate(ast, type);
  return storedColumn(id, ast.name, type, {
    nullable,
    default: defineDefault(ast, type, nullable, environment),
    autoIncrement: ast.autoIncrement,
    onUpdateNow: ast.onUpdateNow !== null,
    invisible: ast.visible === false,
    comment: ast.comment ?? '',
    generated:
      ast.generated === null
        ? undefined
        : {
            sql: parenthesizedText(environment.text, environment.modes, ast.at, ast.generated.expression.at),
            stored: ast.generated.stored,
          },
  });
}

function isNullable(ast: ColumnDefinition): boolean {
  if (ast.key === 'primary' && ast.nullable === true) throw new SqlError('ER_PRIMARY_CANT_HAVE_NULL');
  if (ast.key === 'primary' || ast.autoIncrement) return false;
  return ast.nullable ?? true;
}

function checkAutoIncrement(ast: ColumnDefinition, type: SqlType): void {
  if (type.kind < Kind.tinyint || type.kind > Kind.bigint) throw new SqlError('ER_WRONG_FIELD_SPEC', ast.name);
  if (ast.default !== null) throw new SqlError('ER_INVALID_DEFAULT', ast.name);
  if (ast.generated !== null) throw new SqlError('ER_WRONG_USAGE', 'AUTO_INCREMENT', 'generated column');
}

function checkOnUpdate(ast: ColumnDefinition, type: SqlType): void {
  if (!isMoment(type) || type.decimals !== ast.onUpdateNow) throw new SqlError('ER_INVALID_ON_UPDATE', ast.name);
}

function isMoment(type: SqlType): boolean {
  return type.kind === Kind.datetime || type.kind === Kind.timestamp;
}

// --- Defaults ------------------------------------------------------------------------------------------------------

function defineDefault(
  ast: ColumnDefinition,
  type: SqlType,
  nullable: boolean,
  environment: DefineEnvironment,
): ColumnDefault {
  const given = ast.default;
  if (given === null) return {kind: 'none'};
  if (ast.generated !== null) throw new SqlError('ER_WRONG_USAGE', 'DEFAULT', 'generated column');
  if (ast.defaultInParentheses) {
    return {kind: 'expression', sql: parenthesizedText(environment.text, environment.modes, ast.at, given.at)};
  }
  return literalDefault(ast.name, given, type, nullable, environment);
}

/** The default that a literal or CURRENT_TIMESTAMP makes. Throws 1067, 1101. */
export function literalDefault(
  name: string,
  given: Expression,
  type: SqlType,
  nullable: boolean,
  environment: DefineEnvironment,
): ColumnDefault {
  if (given.kind === 'call') return nowDefault(name, given.args[0], type);
  if (given.kind === 'null') {
    if (!nullable) throw new SqlError('ER_INVALID_DEFAULT', name);
    return {kind: 'none'};
  }
  if (type.kind === Kind.text || type.kind === Kind.blob || type.kind === Kind.json) {
    throw new SqlError('ER_BLOB_CANT_HAVE_DEFAULT', name);
  }
  const {value, from} = constantOf(given, environment.collationConnection);
  return {kind: 'value', value: coerceDefault(name, value, from, type, environment.conversion)};
}

function nowDefault(name: string, fraction: Expression | undefined, type: SqlType): ColumnDefault {
  const decimals = fraction?.kind === 'integer' ? Number(fraction.value) : 0;
  if (!isMoment(type) || decimals !== type.decimals) throw new SqlError('ER_INVALID_DEFAULT', name);
  return {kind: 'now', decimals};
}

/** Value and type of a literal, with or without a minus sign. */
function constantOf(e: Expression, collation: number): {readonly value: Value; readonly from: SqlType} {
  if (e.kind === 'unary') {
    const {value, from} = constantOf(e.operand, collation);
    if (value instanceof Decimal) return {value: value.negate(), from};
    return {
      value: typeof value === 'bigint' ? negateInteger(value) : -(value as number),
      from: {...from, unsigned: false},
    };
  }
  const literal = e as Literal;
  if (literal.kind === 'boolean') return {value: literal.value ? 1 : 0, from: sqlType(Kind.bigint, {length: 1})};
  if (literal.kind === 'null') return {value: null, from: sqlType(Kind.null)};
  if (literal.kind === 'temporal') {
    return {value: literal.text, from: sqlType(Kind.varchar, {length: literal.text.length, collation})};
  }
  return {value: literalValue(literal), from: literalType(literal, collation)};
}

/** The value as the column keeps it; what does not fit is 1067 in every mode. */
function coerceDefault(name: string, value: Value, from: SqlType, to: SqlType, conversion: ConversionContext): Value {
  const context: ColumnContext = {
    sqlMode: conversion.sqlMode | SqlMode.strictAllTables,
    timeZone: conversion.timeZone,
    statementMicros: conversion.statementMicros,
    warning: () => undefined,
    column: name,
    row: 1,
    ignore: false,
  };
  try {
    return coerceForColumn(value, from, to, context);
  } catch (error) {
    if (error instanceof SqlError) throw new SqlError('ER_INVALID_DEFAULT', name);
    throw error;
  }
}
