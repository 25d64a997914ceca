// JSON arguments of functions: documents out of texts, paths out of texts, values as parts of documents.

import {SqlError} from '../../base/sql-error.ts';
import {toJsonText} from '../../format/value/domain.ts';
import {parseJson, parseStoredJson} from '../../format/value/json.ts';
import {type JsonPath, parseJsonPath} from '../../format/value/json-path.ts';
import type {Json} from '../../format/value/json-tree.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {BOOLEAN, type Expression} from '../bind/expression.ts';
import {domainOf} from '../bind/type-classes.ts';

/** Makes documents of one argument's values. */
export type DocumentReader = (value: Value) => Json;

/**
 * The argument as a document: JSON as it is, text parsed (3141 naming the argument's number and the function), anything else is
 * refused (3146).
 */
export function documentReader(e: Expression, number: number, name: string): DocumentReader {
  switch (domainOf(e.type)) {
    case 'json':
      return cached(text => parseStoredJson(text));
    case 'text':
    case 'null':
      return cached(text => {
        const {value, fault} = parseJson(text);
        if (fault === undefined) return value;
        if (fault.message === '') throw new SqlError('ER_JSON_DOCUMENT_TOO_DEEP');
        throw new SqlError('ER_INVALID_JSON_TEXT_IN_PARAM', number, name, fault.message, fault.position);
      });
    default:
      throw new SqlError('ER_INVALID_TYPE_FOR_JSON', number, name);
  }
}

/** Keeps the last document: constants and repeated values are parsed once. Documents are never changed in place. */
function cached(parse: (text: string) => Json): DocumentReader {
  let last: string | undefined;
  let document: Json = null;
  return value => {
    const text = value as string;
    if (text !== last) {
      document = parse(text);
      last = text;
    }
    return document;
  };
}

/** Reads paths; keeps the last one parsed. */
export class PathCache {
  #text: string | undefined;
  #path: JsonPath | undefined;

  get(text: Value): JsonPath {
    if (this.#path === undefined || text !== this.#text) {
      this.#path = parseJsonPath(text as string);
      this.#text = text as string;
    }
    return this.#path;
  }

  /** A path without wildcards (3149). */
  single(text: Value): JsonPath {
    const path = this.get(text);
    if (path.hasWildcard) throw new SqlError('ER_INVALID_JSON_PATH_WILDCARD');
    return path;
  }
}

/** A SQL value as a part of a document: truth values are true and false, JSON is itself, text is a string. */
export function asJson(value: Value, type: SqlType): Json {
  if (value === null) return null;
  if (type === BOOLEAN) return value !== 0;
  if (typeof value === 'string' && domainOf(type) === 'text') return value;
  if (domainOf(type) === 'integer') return value as number | bigint;
  return parseStoredJson(toJsonText(value, type));
}
