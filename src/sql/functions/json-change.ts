// JSON functions that change documents: JSON_SET, JSON_INSERT, JSON_REPLACE, JSON_REMOVE, JSON_ARRAY_APPEND, JSON_ARRAY_INSERT.
//
// A document is never changed in place: the parts along the path are copied, the rest is shared.

import {SqlError} from '../../base/sql-error.ts';
import {evaluateJsonPath, type JsonPath, type PathLeg, resolveIndex} from '../../format/value/json-path.ts';
import {type Json, printJson} from '../../format/value/json-tree.ts';
import type {Expression} from '../bind/expression.ts';
import {JSON_TYPE} from '../bind/type-classes.ts';
import {callLoose} from './call.ts';
import {type CallSite, define, type FunctionDefinition, MANY, textArg} from './definition.ts';
import {asJson, documentReader, PathCache} from './json-value.ts';

/** What is put in place of the value a path leads to; `undefined` stands for no value: none there, or none wanted. */
type Change = (old: Json | undefined) => Json | undefined;

/** The document with the value at a path changed; the document itself when the path's parent is not there. */
function changedAt(document: Json, legs: readonly PathLeg[], at: number, change: Change): Json {
  if (at === legs.length) return change(document) ?? document;
  const leg = legs[at];
  const isLast = at === legs.length - 1;
  const below = (old: Json | undefined): Json | undefined => {
    if (isLast) return change(old);
    return old === undefined ? undefined : changedAt(old, legs, at + 1, change);
  };
  if (leg.kind === 'member') return changedMember(document, leg.name, below);
  if (leg.kind === 'cell') return changedCell(document, leg, below);
  return document;
}

function changedMember(document: Json, name: string, change: Change): Json {
  if (!(document instanceof Map)) return document;
  const old = document.get(name);
  const next = change(old);
  if (next === old) return document;
  const copy = new Map(document);
  if (next === undefined) copy.delete(name);
  else copy.set(name, next);
  return copy;
}

/** A scalar or object counts as an array of itself; a position behind the end is the end. */
function changedCell(document: Json, leg: Extract<PathLeg, {kind: 'cell'}>, change: Change): Json {
  const isArray = Array.isArray(document);
  const elements = isArray ? document : [document];
  const index = resolveIndex(leg.at, elements.length);
  const old = index >= 0 && index < elements.length ? elements[index] : undefined;
  const next = change(old);
  if (next === old) return document;
  if (next === undefined) return isArray ? elements.filter((_, i) => i !== index) : document;
  if (old === undefined) return index < 0 ? [next, ...elements] : [...elements, next];
  if (!isArray) return next;
  return elements.map((e, i) => (i === index ? next : e));
}

type Rule = (value: Json) => Change;

/** JSON_SET and its kin: pairs of path and value, applied in order. */
function bindChange(name: string, rule: Rule) {
  return ([document, ...pairs]: readonly Expression[], site: CallSite): Expression => {
    if (pairs.length % 2 !== 0) throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', name);
    const read = documentReader(document, 1, name);
    const args = pairs.map((a, i) => (i % 2 === 0 ? textArg(a, site) : a));
    const types = args.map(a => a.type);
    const caches = args.map(() => new PathCache());
    return callLoose({name, type: JSON_TYPE}, [document, ...args], ([value, ...given]) => {
      if (value === null) return null;
      let result = read(value);
      for (let i = 0; i < given.length; i += 2) {
        if (given[i] === null) return null;
        const path: JsonPath = caches[i].single(given[i]);
        result = changedAt(result, path.legs, 0, rule(asJson(given[i + 1], types[i + 1])));
      }
      return printJson(result);
    });
  };
}

function bindRemove([document, ...paths]: readonly Expression[], site: CallSite): Expression {
  const read = documentReader(document, 1, 'json_remove');
  const caches = paths.map(() => new PathCache());
  return callLoose(
    {name: 'json_remove', type: JSON_TYPE},
    [document, ...paths.map(p => textArg(p, site))],
    ([value, ...given]) => {
      if (value === null || given.some(p => p === null)) return null;
      let result = read(value);
      for (const [i, text] of given.entries()) {
        const path = caches[i].single(text);
        if (path.legs.length === 0) throw new SqlError('ER_JSON_VACUOUS_PATH');
        if (evaluateJsonPath(result, path).length > 0) result = changedAt(result, path.legs, 0, () => undefined);
      }
      return printJson(result);
    },
  );
}

function append(value: Json): Change {
  return old => (old === undefined ? undefined : Array.isArray(old) ? [...old, value] : [old, value]);
}

/** JSON_ARRAY_INSERT: the path ends with a cell, in front of which the value goes. */
function bindArrayInsert([document, ...pairs]: readonly Expression[], site: CallSite): Expression {
  const read = documentReader(document, 1, 'json_array_insert');
  const args = pairs.map((a, i) => (i % 2 === 0 ? textArg(a, site) : a));
  const types = args.map(a => a.type);
  const caches = args.map(() => new PathCache());
  return callLoose({name: 'json_array_insert', type: JSON_TYPE}, [document, ...args], ([value, ...given]) => {
    if (value === null) return null;
    let result = read(value);
    for (let i = 0; i < given.length; i += 2) {
      if (given[i] === null) return null;
      const {legs} = caches[i].single(given[i]);
      const last = legs.at(-1);
      if (last?.kind !== 'cell') throw new SqlError('ER_INVALID_JSON_PATH_ARRAY_CELL');
      result = changedAt(result, legs.slice(0, -1), 0, insertAt(last, asJson(given[i + 1], types[i + 1])));
    }
    return printJson(result);
  });
}

function insertAt(leg: Extract<PathLeg, {kind: 'cell'}>, value: Json): Change {
  return old => {
    if (!Array.isArray(old)) return old;
    const index = Math.min(Math.max(resolveIndex(leg.at, old.length), 0), old.length);
    return [...old.slice(0, index), value, ...old.slice(index)];
  };
}

export const jsonChangeFunctions: readonly FunctionDefinition[] = [
  define(
    'JSON_SET',
    'json',
    [3, MANY],
    'The document with values replaced or added',
    bindChange('json_set', value => () => value),
  ),
  define(
    'JSON_INSERT',
    'json',
    [3, MANY],
    'The document with values added where there was none',
    bindChange('json_insert', value => old => old ?? (old === null ? null : value)),
  ),
  define(
    'JSON_REPLACE',
    'json',
    [3, MANY],
    'The document with values replaced where there was one',
    bindChange('json_replace', value => old => (old === undefined ? undefined : value)),
  ),
  define('JSON_REMOVE', 'json', [2, MANY], 'The document without the values that paths lead to', bindRemove),
  define(
    'JSON_ARRAY_APPEND',
    'json',
    [3, MANY],
    'The document with values added at the end of arrays',
    bindChange('json_array_append', append),
  ),
  define('JSON_ARRAY_INSERT', 'json', [3, MANY], 'The document with values put into arrays', bindArrayInsert),
];
