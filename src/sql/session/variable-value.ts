// Checks a value that SET gives to a system variable, and brings it into the variable's form: integers and booleans are numbers,
// everything else is text.

import {SqlError} from '../../base/sql-error.ts';
import {findCharset} from '../../format/value/charset.ts';
import {findCollation, findCollationById} from '../../format/value/collation.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {formatSqlMode, parseSqlMode} from '../../format/value/sql-mode.ts';
import {findTimeZone} from '../../format/value/time-zone.ts';
import type {Value} from '../../format/value/types.ts';
import type {VariableDefinition, VariableValue} from './system-variables.ts';

function shown(value: Value): string {
  return value === null ? 'NULL' : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

function wrongValue(variable: VariableDefinition, value: Value): never {
  throw new SqlError('ER_WRONG_VALUE_FOR_VAR', variable.name, shown(value));
}

function wrongType(variable: VariableDefinition): never {
  throw new SqlError('ER_WRONG_TYPE_FOR_VAR', variable.name);
}

/** The value as the variable keeps it. Throws 1231 or 1232. `warnTruncated` is called when a number had to be moved into its bounds. */
export function checkedValue(
  variable: VariableDefinition,
  value: Value,
  warnTruncated: (name: string, given: string) => void,
): VariableValue {
  const {type} = variable;
  switch (type.kind) {
    case 'boolean':
      return booleanValue(variable, value);
    case 'integer': {
      const given = integerValue(variable, value);
      const kept = Math.min(Math.max(given, type.min), type.max);
      if (kept !== given) warnTruncated(variable.name, shown(value));
      return kept;
    }
    case 'real': {
      const given = value instanceof Decimal ? value.toNumber() : value;
      if (typeof given !== 'number') wrongType(variable);
      return Math.min(Math.max(given, type.min), type.max);
    }
    case 'text':
      if (value === null && !type.nullable) return wrongValue(variable, value);
      return value === null ? null : shown(value);
    case 'enum':
      return enumValue(variable, type.values, value);
    default:
      return specialValue(variable, value);
  }
}

function booleanValue(variable: VariableDefinition, value: Value): number {
  if (value === 0 || value === 1) return value;
  const text = typeof value === 'string' ? value.toUpperCase() : '';
  if (text === 'ON' || text === 'TRUE' || text === '1') return 1;
  if (text === 'OFF' || text === 'FALSE' || text === '0') return 0;
  return wrongValue(variable, value);
}

function integerValue(variable: VariableDefinition, value: Value): number {
  if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(variable);
  return value;
}

function enumValue(variable: VariableDefinition, values: readonly string[], value: Value): string {
  if (typeof value === 'number' && values[value] !== undefined) return values[value];
  const wanted = shown(value).toUpperCase();
  return values.find(v => v.toUpperCase() === wanted) ?? wrongValue(variable, value);
}

function specialValue(variable: VariableDefinition, value: Value): VariableValue {
  const {name} = variable;
  if (name.startsWith('character_set_')) return charsetValue(variable, value);
  if (name.startsWith('collation_')) return collationValue(variable, value);
  if (name === 'sql_mode') return sqlModeValue(variable, value);
  if (name === 'time_zone') return timeZoneValue(value);
  if (value instanceof Decimal) return value.toNumber();
  return typeof value === 'number' ? value : wrongType(variable);
}

function charsetValue(variable: VariableDefinition, value: Value): VariableValue {
  if (value === null && variable.name === 'character_set_results') return null;
  const charset = findCharset(shown(value));
  if (charset === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', shown(value));
  return charset.name;
}

function collationValue(_variable: VariableDefinition, value: Value): VariableValue {
  const collation = typeof value === 'number' ? findCollationById(value) : findCollation(shown(value));
  if (collation === undefined) throw new SqlError('ER_UNKNOWN_COLLATION', shown(value));
  return collation.name;
}

function sqlModeValue(variable: VariableDefinition, value: Value): string {
  if (typeof value === 'number' && value === 0) return '';
  if (typeof value !== 'string') return wrongValue(variable, value);
  const mode = parseSqlMode(value);
  return typeof mode === 'string' ? wrongValue(variable, mode) : formatSqlMode(mode);
}

function timeZoneValue(value: Value): string {
  const name = shown(value);
  if (name.toUpperCase() === 'SYSTEM') return 'SYSTEM';
  const zone = findTimeZone(name);
  if (zone === undefined) throw new SqlError('ER_UNKNOWN_TIME_ZONE', name);
  return zone.name;
}

/** A value as `SHOW VARIABLES` prints it. */
export function variableText(variable: VariableDefinition, value: VariableValue): string {
  if (value === null) return '';
  if (variable.type.kind === 'boolean') return value === 1 ? 'ON' : 'OFF';
  return variable.type.kind === 'real' ? Number(value).toFixed(6) : String(value);
}
