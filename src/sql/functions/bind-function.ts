// Binding of function calls: ordinary ones through the registry, those with a syntax of their own one by one.

import {SqlError} from '../../base/sql-error.ts';
import {collationOf, maxWeightBytes, writeWeights} from '../../format/value/collation.ts';
import {bindScalar} from '../bind/bind-expression.ts';
import {compareExpressions} from '../bind/comparison-bind.ts';
import type {Expression} from '../bind/expression.ts';
import {AnyValue, GroupingBits} from '../bind/group-expressions.ts';
import {Slot} from '../bind/leaf.ts';
import type {Scope} from '../bind/scope.ts';
import {bytesType, displayLength, domainOf, INT, textType} from '../bind/type-classes.ts';
import type * as ast from '../parse/ast-expression.ts';
import type {Call, WeightString} from '../parse/ast-function.ts';
import {call1} from './call.ts';
import {bindCast, bindConvertUsing} from './cast.ts';
import {type CallSite, stringArg} from './definition.ts';
import {bindJsonPathOperator, bindMemberOf} from './json-read.ts';
import {bindJsonValue} from './json-value-call.ts';
import {findFunction} from './registry.ts';
import {bindTrim, soundex} from './string.ts';
import {bindChar} from './string-number.ts';
import {bindGetFormat} from './temporal-format.ts';
import {bindInterval, bindTimestampAdd, bindTimestampDiff} from './temporal-interval.ts';
import {bindExtract} from './temporal-part.ts';

/** More arguments than this are refused. */
const ARGUMENTS_MAX = 1000;

export function siteOf(name: string, scope: Scope): CallSite {
  const {session} = scope.binder.environment;
  return {name, scope, session, connection: session.collationConnection};
}

/** Binds a call of a built-in function. 1305 for an unknown name, 1582 for a wrong number of arguments. */
export function bindCall(call: Call, scope: Scope): Expression {
  const name = call.name.toUpperCase();
  if (name === 'GROUPING' && call.schema === null) return bindGrouping(call, scope);
  if (name === 'ANY_VALUE' && call.schema === null) return bindAnyValue(call, scope);
  const definition = call.schema === null ? findFunction(name) : undefined;
  if (definition === undefined) {
    const schema = call.schema ?? scope.binder.environment.session.database;
    throw new SqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', schema === '' ? call.name : `${schema}.${call.name}`);
  }
  const {length} = call.args;
  if (length < definition.minArgs || length > definition.maxArgs || length > ARGUMENTS_MAX) {
    throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', call.name);
  }
  const args = call.args.map(arg => bindScalar(arg, scope));
  return definition.bind(args, siteOf(definition.name, scope));
}

/** ANY_VALUE(e): e, without the check of ONLY_FULL_GROUP_BY. */
function bindAnyValue(call: Call, scope: Scope): Expression {
  if (call.args.length !== 1) throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', call.name);
  return new AnyValue(bindScalar(call.args[0], scope));
}

/** GROUPING(key, ...): bits that tell which keys a super-aggregate row sums over. */
function bindGrouping(call: Call, scope: Scope): Expression {
  const flags = call.args.map(arg => {
    const text = String(bindScalar(arg, scope));
    const found = scope.rollupFlags.find(([key]) => key === text);
    if (found === undefined) throw new SqlError('ER_FIELD_IN_GROUPING_NOT_GROUP_BY', 1);
    return new Slot(found[1], INT, false, `grouping(${text})`);
  });
  return new GroupingBits(flags);
}

/** Binds the nodes that look like functions but have a syntax of their own. */
export function bindSpecial(e: ast.Expression, scope: Scope): Expression {
  const bind = (arg: ast.Expression): Expression => bindScalar(arg, scope);
  const site = (name: string): CallSite => siteOf(name, scope);
  switch (e.kind) {
    case 'cast':
      if (e.array || e.timeZone !== null)
        throw new SqlError('ER_NOT_SUPPORTED_YET', e.array ? 'CAST-ing data to array' : 'CAST AT TIME ZONE');
      return bindCast(bind(e.value), e.type, site('CAST'));
    case 'convertUsing':
      return bindConvertUsing(bind(e.value), e.charset);
    case 'char':
      return bindChar(e.codes.map(bind), e.charset);
    case 'extract':
      return bindExtract(e.unit, bind(e.value));
    case 'trim':
      return bindTrim(bind(e.value), e.removed === null ? undefined : bind(e.removed), e.side, site('TRIM'));
    case 'dateArithmetic':
      return bindInterval(bind(e.value), e.operator, bind(e.amount), e.unit, scope);
    case 'timestampFunction':
      return e.name === 'timestampadd'
        ? bindTimestampAdd(e.unit, bind(e.args[0]), bind(e.args[1]), scope)
        : bindTimestampDiff(e.unit, bind(e.args[0]), bind(e.args[1]));
    case 'getFormat':
      return bindGetFormat(e.type, bind(e.region), site('GET_FORMAT'));
    case 'weightString':
      return bindWeightString(e, bind(e.value), site('WEIGHT_STRING'));
    case 'soundsLike':
      return bindSoundsLike(bind(e.left), bind(e.right), site('SOUNDS LIKE'));
    case 'memberOf':
      return bindMemberOf(bind(e.value), bind(e.array));
    case 'jsonPath':
      return bindJsonPathOperator(scope.resolve(e.column), e.path, e.unquote, site('JSON_EXTRACT'));
    case 'jsonValue':
      return bindJsonValue(e, bind, site('JSON_VALUE'));
    case 'match':
      throw new SqlError('ER_NOT_SUPPORTED_YET', 'MATCH ... AGAINST');
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', e.kind);
  }
}

function bindSoundsLike(left: Expression, right: Expression, site: CallSite): Expression {
  const code = (e: Expression): Expression =>
    call1({name: 'soundex', type: textType(255, site.connection)}, stringArg(e, site), v => soundex(String(v)));
  return compareExpressions('=', code(left), code(right), site.connection);
}

/** WEIGHT_STRING(text [AS type(n)]): the bytes by which it sorts. */
function bindWeightString(e: WeightString, value: Expression, site: CallSite): Expression {
  const arg = stringArg(value, site);
  if (domainOf(arg.type) === 'bytes') return arg;
  const collation = collationOf(arg.type.collation);
  return call1({name: 'weight_string', type: bytesType(displayLength(arg.type) * 8)}, arg, text => {
    const given = text as string;
    const cut = e.length === null ? given : [...given].slice(0, e.length).join('');
    const bytes = Buffer.from(cut, 'utf8');
    const target = new Uint8Array(maxWeightBytes(collation, cut.length));
    return target.slice(0, writeWeights(collation, bytes, 0, bytes.length, target, 0));
  });
}
