// JSON_VALUE(document, path [RETURNING type] [... ON EMPTY] [... ON ERROR]): one scalar of a document as a SQL value.

import {type ErrorName, SqlError} from '../../base/sql-error.ts';
import type {ConversionContext} from '../../format/value/conversion-context.ts';
import {evaluateJsonPath} from '../../format/value/json-path.ts';
import {type Json, printJson} from '../../format/value/json-tree.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {Coercibility, Expression, Volatility} from '../bind/expression.ts';
import {JSON_TYPE, textType} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import type * as ast from '../parse/ast-expression.ts';
import type {CastType, JsonResponse, JsonValue} from '../parse/ast-function.ts';
import {bindCast} from './cast.ts';
import {type CallSite, textArg} from './definition.ts';
import {unquotedText} from './json-read.ts';
import {type DocumentReader, documentReader, PathCache} from './json-value.ts';

/** Without RETURNING the result is VARCHAR(512) under utf8mb4_bin. */
const TEXT_TYPE: CastType = {name: 'char', length: 512, decimals: null, charset: null};
const BINARY_UTF8 = 46;

/** Hands a value to the cast above it. */
class Holder extends Expression {
  value: Value = null;

  constructor(type: SqlType) {
    super(type, true, [], Coercibility.implicit, Volatility.volatile);
  }

  override evaluate(): Value {
    return this.value;
  }

  override toString(): string {
    return 'json_value';
  }
}

/** A session as conversions see it; what they complain of is counted and not passed on. */
class Listener implements ConversionContext {
  readonly sqlMode: number;
  readonly timeZone: TimeZone;
  readonly statementMicros: number;
  complaints = 0;

  constructor(session: ConversionContext) {
    this.sqlMode = session.sqlMode;
    this.timeZone = session.timeZone;
    this.statementMicros = session.statementMicros;
  }

  warning(level: 'Note' | 'Warning' | 'Error'): void {
    if (level !== 'Note') this.complaints++;
  }
}

/** What is done when nothing, or nothing usable, is found. */
interface Response {
  /** Throw this error; undefined: answer `value`. */
  readonly error: ErrorName | undefined;
  readonly value: Expression | undefined;
}

class JsonValueCall extends Expression {
  readonly #read: DocumentReader;
  readonly #paths: PathCache = new PathCache();
  readonly #holder: Holder;
  readonly #cast: Expression;
  readonly #onEmpty: Response;
  readonly #onError: Response;

  constructor(
    document: Expression,
    path: Expression,
    holder: Holder,
    cast: Expression,
    onEmpty: Response,
    onError: Response,
  ) {
    const defaults = [onEmpty.value, onError.value].filter(e => e !== undefined);
    super(cast.type, true, [document, path, ...defaults], Coercibility.implicit);
    this.#read = documentReader(document, 1, 'json_value');
    this.#holder = holder;
    this.#cast = cast;
    this.#onEmpty = onEmpty;
    this.#onError = onError;
  }

  override evaluate(context: ExecContext): Value {
    const document = this.children[0].evaluate(context);
    const path = this.children[1].evaluate(context);
    if (document === null || path === null) return null;
    const found = evaluateJsonPath(this.#read(document), this.#paths.get(path));
    if (found.length === 0) return respond(this.#onEmpty, context);
    const isJson = this.type.kind === JSON_TYPE.kind;
    const isScalar = !Array.isArray(found[0]) && !(found[0] instanceof Map);
    if (found.length > 1 || (!isJson && !isScalar)) return respond(this.#onError, context);
    return found[0] === null ? null : this.#convert(found[0], context);
  }

  /** The value in the type asked for; a conversion that would warn has failed. */
  #convert(value: Json, context: ExecContext): Value {
    this.#holder.value = this.#holder.type.kind === JSON_TYPE.kind ? printJson(value) : unquotedText(value);
    const listener = new Listener(context.session);
    // Conversions ask the session for nothing but what a ConversionContext has.
    const result = this.#cast.evaluate({...context, session: listener as unknown as SessionState});
    return listener.complaints > 0 || result === null ? respond(this.#onError, context) : result;
  }

  override toString(): string {
    return `json_value(${this.children.join(', ')} returning ${this.#cast})`;
  }
}

function respond({error, value}: Response, context: ExecContext): Value {
  if (error !== undefined) throw new SqlError(error, 'json_value');
  return value === undefined ? null : value.evaluate(context);
}

/** Binds the function; `bind` binds its arguments. */
export function bindJsonValue(e: JsonValue, bind: (a: ast.Expression) => Expression, site: CallSite): Expression {
  const returning = e.returning ?? TEXT_TYPE;
  const isText = returning.name === 'char' || returning.name === 'binary';
  const holder = new Holder(isText ? textType(1_000_000, BINARY_UTF8) : JSON_TYPE);
  const cast = bindCast(holder, returning, e.returning === null ? {...site, connection: BINARY_UTF8} : site);
  const response = (given: JsonResponse | null, error: ErrorName): Response => ({
    error: given?.action === 'error' ? error : undefined,
    value: given?.action === 'default' && given.value !== null ? convertTo(bind(given.value), cast.type) : undefined,
  });
  return new JsonValueCall(
    bind(e.document),
    textArg(bind(e.path), site),
    holder,
    cast,
    response(e.onEmpty, 'ER_MISSING_JSON_VALUE'),
    response(e.onError, 'ER_MULTIPLE_JSON_VALUES'),
  );
}
