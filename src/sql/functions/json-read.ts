// JSON functions that look into documents.

import {SqlError} from '../../base/sql-error.ts';
import {parseJson} from '../../format/value/json.ts';
import {evaluateJsonPath, type JsonPath} from '../../format/value/json-path.ts';
import {
  compareJson,
  type Json,
  jsonDepth,
  jsonTypeName,
  printJson,
  quoteJson,
  sortedMembers,
} from '../../format/value/json-tree.ts';
import type {Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {BOOLEAN, type Expression} from '../bind/expression.ts';
import {Constant} from '../bind/leaf.ts';
import {likeMatcher} from '../bind/like.ts';
import {BIGINT, domainOf, INT, JSON_TYPE, textType} from '../bind/type-classes.ts';
import {call1, call2, callLoose} from './call.ts';
import {type CallSite, define, type FunctionDefinition, MANY, stringArg, textArg} from './definition.ts';
import {asJson, documentReader, PathCache} from './json-value.ts';

const JSON_TEXT_MAX = 16_777_215;

/** What paths find: one value for one plain path, else an array of all; undefined when nothing is found. */
function extract(document: Json, paths: readonly JsonPath[]): Json | undefined {
  const found = paths.flatMap(path => evaluateJsonPath(document, path));
  if (found.length === 0) return undefined;
  return paths.length === 1 && !paths[0].hasWildcard ? found[0] : found;
}

function bindExtract([document, ...paths]: readonly Expression[], site: CallSite): Expression {
  const read = documentReader(document, 1, 'json_extract');
  const texts = paths.map(p => textArg(p, site));
  const caches = paths.map(() => new PathCache());
  return callLoose({name: 'json_extract', type: JSON_TYPE}, [document, ...texts], ([value, ...given]) => {
    if (value === null || given.some(p => p === null)) return null;
    const found = extract(
      read(value),
      given.map((p, i) => caches[i].get(p)),
    );
    return found === undefined ? null : printJson(found);
  });
}

/** column -> path, column ->> path. */
export function bindJsonPathOperator(column: Expression, path: string, unquoted: boolean, site: CallSite): Expression {
  const constant = new Constant(path, textType(path.length, site.connection), `'${path}'`);
  const extracted = bindExtract([column, constant], site);
  return unquoted ? bindUnquote(extracted) : extracted;
}

/** The content of a JSON string; other documents as their text. */
export function unquotedText(value: Json): string {
  return typeof value === 'string' ? value : printJson(value);
}

function bindUnquote(e: Expression): Expression {
  const type = textType(JSON_TEXT_MAX, 46);
  const isJson = domainOf(e.type) === 'json';
  return call1({name: 'json_unquote', type}, e, value => {
    const text = value as string;
    if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
    const {value: parsed, fault} = parseJson(text);
    if (fault === undefined) return unquotedText(parsed);
    if (isJson) return text;
    throw new SqlError('ER_INVALID_JSON_TEXT_IN_PARAM', 1, 'json_unquote', fault.message, fault.position);
  });
}

/** Whether `candidate` is in `target`: equal scalars, all elements in the array, all members in the object. */
export function contains(target: Json, candidate: Json): boolean {
  if (Array.isArray(target)) {
    if (Array.isArray(candidate))
      return candidate.every(c => target.some(t => (Array.isArray(t) || !Array.isArray(c)) && contains(t, c)));
    return target.some(t => contains(t, candidate));
  }
  if (target instanceof Map) {
    if (!(candidate instanceof Map)) return false;
    return [...candidate].every(([name, c]) => {
      const t = target.get(name);
      return t !== undefined && contains(t, c);
    });
  }
  return !Array.isArray(candidate) && !(candidate instanceof Map) && compareJson(target, candidate) === 0;
}

function bindContains([target, candidate, path]: readonly Expression[], site: CallSite): Expression {
  const readTarget = documentReader(target, 1, 'json_contains');
  const readCandidate = documentReader(candidate, 2, 'json_contains');
  const cache = new PathCache();
  const args = path === undefined ? [target, candidate] : [target, candidate, textArg(path, site)];
  return callLoose({name: 'json_contains', type: BOOLEAN}, args, ([t, c, p]) => {
    if (t === null || c === null || p === null) return null;
    const [within] = p === undefined ? [readTarget(t)] : evaluateJsonPath(readTarget(t), cache.single(p));
    return within === undefined ? null : contains(within, readCandidate(c)) ? 1 : 0;
  });
}

function oneOrAll(value: Value, name: string): 'one' | 'all' {
  const text = String(value).toLowerCase();
  if (text !== 'one' && text !== 'all') throw new SqlError('ER_JSON_BAD_ONE_OR_ALL_ARG', name);
  return text;
}

function bindContainsPath([document, mode, ...paths]: readonly Expression[], site: CallSite): Expression {
  const read = documentReader(document, 1, 'json_contains_path');
  const texts = paths.map(p => textArg(p, site));
  const caches = paths.map(() => new PathCache());
  return callLoose(
    {name: 'json_contains_path', type: BOOLEAN},
    [document, textArg(mode, site), ...texts],
    ([value, m, ...given]) => {
      if (value === null || m === null || given.some(p => p === null)) return null;
      const exists = (p: Value, i: number): boolean => evaluateJsonPath(read(value), caches[i].get(p)).length > 0;
      const holds = oneOrAll(m, 'json_contains_path') === 'one' ? given.some(exists) : given.every(exists);
      return holds ? 1 : 0;
    },
  );
}

/** A function of a document, or of the part that a path leads to. */
function ofPart(
  name: string,
  type: Parameters<typeof callLoose>[0]['type'],
  summary: string,
  f: (value: Json) => Value,
): FunctionDefinition {
  const lower = name.toLowerCase();
  return define(name, 'json', [1, 2], summary, ([document, path], site) => {
    const read = documentReader(document, 1, lower);
    if (path === undefined) return call1({name: lower, type, canBeNull: true}, document, value => f(read(value)));
    const cache = new PathCache();
    return call2({name: lower, type, canBeNull: true}, document, textArg(path, site), (value, p) => {
      const [part] = evaluateJsonPath(read(value), cache.single(p));
      return part === undefined ? null : f(part);
    });
  });
}

function lengthOf(value: Json): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 1;
}

function bindSearch([document, mode, wanted, escape, ...paths]: readonly Expression[], site: CallSite): Expression {
  const read = documentReader(document, 1, 'json_search');
  const rest = [mode, wanted, ...(escape === undefined ? [] : [escape]), ...paths].map(a => textArg(a, site));
  return callLoose({name: 'json_search', type: JSON_TYPE}, [document, ...rest], ([value, m, text]) => {
    if (value === null || m === null || text === null) return null;
    const found: string[] = [];
    searchIn(read(value), '$', likeMatcher(String(text), 46), oneOrAll(m, 'json_search') === 'one', found);
    if (found.length === 0) return null;
    return found.length === 1 ? quoteJson(found[0]) : printJson(found);
  });
}

function searchIn(
  value: Json,
  path: string,
  matches: (text: string) => boolean,
  onlyOne: boolean,
  found: string[],
): void {
  if (onlyOne && found.length > 0) return;
  if (typeof value === 'string') {
    if (matches(value)) found.push(path);
  } else if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) searchIn(element, `${path}[${i}]`, matches, onlyOne, found);
  } else if (value instanceof Map) {
    for (const [name, member] of sortedMembers(value)) {
      const leg = /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? `.${name}` : `.${quoteJson(name)}`;
      searchIn(member, path + leg, matches, onlyOne, found);
    }
  }
}

function overlaps(a: Json, b: Json): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    const left = Array.isArray(a) ? a : [a];
    const right = Array.isArray(b) ? b : [b];
    return left.some(x => right.some(y => compareJson(x, y) === 0));
  }
  if (a instanceof Map && b instanceof Map) {
    return [...a].some(([name, value]) => {
      const other = b.get(name);
      return other !== undefined && compareJson(value, other) === 0;
    });
  }
  return compareJson(a, b) === 0;
}

function pretty(value: Json, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map(v => inner + pretty(v, inner)).join(',\n')}\n${indent}]`;
  }
  if (value instanceof Map && value.size > 0) {
    const members = sortedMembers(value).map(([name, v]) => `${inner}${quoteJson(name)}: ${pretty(v, inner)}`);
    return `{\n${members.join(',\n')}\n${indent}}`;
  }
  return printJson(value);
}

function bindValid([document]: readonly Expression[]): Expression {
  if (domainOf(document.type) === 'json') return call1({name: 'json_valid', type: BOOLEAN}, document, () => 1);
  const isText = domainOf(document.type) === 'text' || domainOf(document.type) === 'null';
  return call1({name: 'json_valid', type: BOOLEAN}, document, text =>
    isText && parseJson(text as string).fault === undefined ? 1 : 0,
  );
}

/** value MEMBER OF (array). */
export function bindMemberOf(value: Expression, array: Expression): Expression {
  const read = documentReader(array, 2, 'member of');
  const {type} = value;
  return call2({name: 'member of', type: BOOLEAN}, value, array, (v, a) => {
    const wanted = asJson(v, type);
    const document = read(a);
    const elements = Array.isArray(document) ? document : [document];
    return elements.some(e => compareJson(e, wanted) === 0) ? 1 : 0;
  });
}

export const jsonReadFunctions: readonly FunctionDefinition[] = [
  define('JSON_EXTRACT', 'json', [2, MANY], 'What paths find in a document', bindExtract),
  define('JSON_UNQUOTE', 'json', 1, 'The content of a JSON string', ([a], site) =>
    bindUnquote(domainOf(a.type) === 'json' ? a : stringArg(a, site)),
  ),
  define('JSON_CONTAINS', 'json', [2, 3], 'Whether a document is in another', bindContains),
  define('JSON_CONTAINS_PATH', 'json', [3, MANY], 'Whether one or all of the paths exist', bindContainsPath),
  ofPart('JSON_KEYS', JSON_TYPE, 'Names of the members of an object', v =>
    v instanceof Map ? printJson(sortedMembers(v).map(([name]) => name)) : null,
  ),
  ofPart('JSON_LENGTH', BIGINT, 'Number of elements or members; 1 for a scalar', lengthOf),
  define('JSON_DEPTH', 'json', 1, 'How deeply the document is nested', ([a]) => {
    const read = documentReader(a, 1, 'json_depth');
    return call1({name: 'json_depth', type: BIGINT}, a, v => jsonDepth(read(v)));
  }),
  define('JSON_TYPE', 'json', 1, 'What kind of value the document is', ([a]) => {
    const read = documentReader(a, 1, 'json_type');
    return call1({name: 'json_type', type: textType(51, 45)}, a, v => jsonTypeName(read(v)));
  }),
  define('JSON_VALID', 'json', 1, 'Whether the text is a JSON document', bindValid),
  define('JSON_SEARCH', 'json', [3, MANY], 'Paths of the strings that match a pattern', bindSearch),
  define('JSON_OVERLAPS', 'json', 2, 'Whether two documents have something in common', ([a, b]) => {
    const [readA, readB] = [documentReader(a, 1, 'json_overlaps'), documentReader(b, 2, 'json_overlaps')];
    return call2({name: 'json_overlaps', type: BOOLEAN}, a, b, (x, y) => (overlaps(readA(x), readB(y)) ? 1 : 0));
  }),
  define('JSON_STORAGE_FREE', 'json', 1, 'Bytes that partial updates have freed: 0', ([a]) =>
    call1({name: 'json_storage_free', type: INT}, convertTo(a, JSON_TYPE), () => 0),
  ),
  define('JSON_PRETTY', 'json', 1, 'The document over several lines', ([a]) => {
    const read = documentReader(a, 1, 'json_pretty');
    return call1({name: 'json_pretty', type: textType(JSON_TEXT_MAX, 46)}, a, v => pretty(read(v), ''));
  }),
  define('JSON_STORAGE_SIZE', 'json', 1, 'Bytes of the document as it is stored', ([a]) =>
    call1({name: 'json_storage_size', type: INT}, convertTo(a, JSON_TYPE), v => Buffer.byteLength(v as string, 'utf8')),
  ),
];
