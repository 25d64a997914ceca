// JSON functions that make documents of values, and join documents.

import {SqlError} from '../../base/sql-error.ts';
import {type Json, type JsonObject, printJson, quoteJson} from '../../format/value/json-tree.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {JSON_TYPE, textType} from '../bind/type-classes.ts';
import {call1, callLoose} from './call.ts';
import {alias, define, type FunctionDefinition, MANY, textArg} from './definition.ts';
import {asJson, documentReader} from './json-value.ts';

function bindArray(args: readonly Expression[]): Expression {
  const types = args.map(a => a.type);
  return callLoose({name: 'json_array', type: JSON_TYPE, canBeNull: false}, args, values =>
    printJson(values.map((v, i) => asJson(v, types[i]))),
  );
}

/** A member's name; NULL is refused (3158). */
export function memberName(value: Value): string {
  if (value === null) throw new SqlError('ER_JSON_DOCUMENT_NULL_KEY');
  return String(value);
}

function bindObject(args: readonly Expression[], site: Parameters<FunctionDefinition['bind']>[1]): Expression {
  if (args.length % 2 !== 0) throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', 'json_object');
  const converted = args.map((a, i) => (i % 2 === 0 ? textArg(a, site) : a));
  const types = converted.map(a => a.type);
  return callLoose({name: 'json_object', type: JSON_TYPE, canBeNull: false}, converted, values => {
    const object: JsonObject = new Map();
    for (let i = 0; i < values.length; i += 2) object.set(memberName(values[i]), asJson(values[i + 1], types[i + 1]));
    return printJson(object);
  });
}

/** RFC 7396: members of the patch replace, null removes. */
function mergePatch(target: Json, patch: Json): Json {
  if (!(patch instanceof Map)) return patch;
  const result: JsonObject = target instanceof Map ? new Map(target) : new Map();
  for (const [name, value] of patch) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name) ?? null, value));
  }
  return result;
}

/** Arrays are joined, objects member by member, scalars become arrays. */
export function mergePreserve(a: Json, b: Json): Json {
  if (a instanceof Map && b instanceof Map) {
    const result: JsonObject = new Map(a);
    for (const [name, value] of b) {
      const own = result.get(name);
      result.set(name, own === undefined ? value : mergePreserve(own, value));
    }
    return result;
  }
  return [...(Array.isArray(a) ? a : [a]), ...(Array.isArray(b) ? b : [b])];
}

function bindMerge(name: string, merge: (a: Json, b: Json) => Json, nullWins: boolean) {
  return (args: readonly Expression[]): Expression => {
    const readers = args.map((a, i) => documentReader(a, i + 1, name));
    return callLoose({name, type: JSON_TYPE}, args, values => {
      if (nullWins && values.some(v => v === null)) return null;
      let result: Json | undefined;
      for (const [i, value] of values.entries()) {
        if (value === null) {
          result = undefined;
          continue;
        }
        const next = readers[i](value);
        result = i === 0 ? next : result === undefined ? undefinedTarget(next) : merge(result, next);
      }
      return result === undefined ? null : printJson(result);
    });
  };
}

/** Under JSON_MERGE_PATCH a document behind NULL counts only when it is no object. */
function undefinedTarget(next: Json): Json | undefined {
  return next instanceof Map ? undefined : next;
}

const preserve = define(
  'JSON_MERGE_PRESERVE',
  'json',
  [2, MANY],
  'Documents joined, keeping all values',
  bindMerge('json_merge_preserve', mergePreserve, true),
);

export const jsonBuildFunctions: readonly FunctionDefinition[] = [
  define('JSON_ARRAY', 'json', [0, MANY], 'An array of the arguments', bindArray),
  define('JSON_OBJECT', 'json', [0, MANY], 'An object of names and values by turns', bindObject),
  define('JSON_QUOTE', 'json', 1, 'The text as a JSON string', ([a], site) =>
    call1({name: 'json_quote', type: textType(16_777_215, 46)}, textArg(a, site), v => quoteJson(v as string)),
  ),
  preserve,
  alias('JSON_MERGE', preserve),
  define(
    'JSON_MERGE_PATCH',
    'json',
    [2, MANY],
    'Documents joined by RFC 7396',
    bindMerge('json_merge_patch', mergePatch, false),
  ),
];
