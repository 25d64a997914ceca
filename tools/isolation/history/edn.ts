// Histories as EDN, the notation in which the older tools of the family write theirs. Only what histories need is read: maps, vectors, lists,
// sets, keywords, symbols, strings, numbers, nil, booleans, comments, discards and tags (a tag is skipped, its value kept). Characters, ratios
// and metadata are refused.

import {eventOf} from './json.ts';
import {HistoryError, type HistoryEvent, type Scalar} from './types.ts';

const DEPTH_MAX = 64;
const END = Symbol('end');

class EdnReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next value, or END. */
  next(depth = 0): unknown {
    if (depth > DEPTH_MAX) throw this.#error('nested too deeply');
    this.#skip(depth);
    if (this.#at >= this.#text.length) return END;
    const c = this.#text[this.#at];
    switch (c) {
      case '{':
        return this.#map(depth);
      case '[':
        return this.#list(']', depth);
      case '(':
        return this.#list(')', depth);
      case '"':
        return this.#string();
      case '#':
        return this.#dispatch(depth);
      default:
        return this.#atom();
    }
  }

  #dispatch(depth: number): unknown {
    const c = this.#text[++this.#at];
    if (c === '{') return this.#list('}', depth);
    this.#word();
    return this.next(depth + 1);
  }

  #map(depth: number): Record<string, unknown> {
    const items = this.#list('}', depth);
    if (items.length % 2 !== 0) throw this.#error('map with an odd number of forms');
    const pairs: [string, unknown][] = [];
    for (let i = 0; i < items.length; i += 2) pairs.push([String(items[i]), items[i + 1]]);
    return Object.fromEntries(pairs);
  }

  #list(close: string, depth: number): unknown[] {
    this.#at++;
    const items: unknown[] = [];
    for (;;) {
      this.#skip(depth);
      if (this.#text[this.#at] === close) {
        this.#at++;
        return items;
      }
      const item = this.next(depth + 1);
      if (item === END) throw this.#error(`${close} is missing`);
      items.push(item);
    }
  }

  #string(): string {
    const start = this.#at++;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"')
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    if (this.#at >= this.#text.length) throw this.#error('string without end');
    this.#at++;
    try {
      return JSON.parse(this.#text.slice(start, this.#at).replace(/\n/g, '\\n')) as string;
    } catch {
      throw this.#error('bad string');
    }
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s,{}[\]()";]/.test(this.#text[this.#at])) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #atom(): Scalar | boolean | null {
    const word = this.#word();
    if (word === '') throw this.#error(`unexpected ${this.#text[this.#at]}`);
    if (word === 'nil') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (word.startsWith(':')) return word.slice(1);
    if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?[NM]?$/.test(word)) return Number(word.replace(/[NM]$/, ''));
    return word;
  }

  /** Passes over blanks, comments and discarded forms. */
  #skip(depth: number): void {
    for (;;) {
      const c = this.#text[this.#at];
      if (c === ';') {
        while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++;
      } else if (c === '#' && this.#text[this.#at + 1] === '_') {
        this.#at += 2;
        this.next(depth + 1);
      } else if (c !== undefined && /[\s,]/.test(c)) {
        this.#at++;
      } else return;
    }
  }

  #error(message: string): HistoryError {
    return new HistoryError(`EDN at character ${this.#at}: ${message}`);
  }
}

/** Reads one vector of event maps, or a sequence of event maps. @throws HistoryError */
export function parseEdn(text: string): HistoryEvent[] {
  const reader = new EdnReader(text);
  const items: unknown[] = [];
  for (let item = reader.next(); item !== END; item = reader.next()) items.push(item);
  const events = items.length === 1 && Array.isArray(items[0]) ? items[0] : items;
  return events.map((item, i) => eventOf(item, `event ${i}`));
}

/** One event as one line of EDN, without the line break. Only histories of transactions have a fixed form in EDN. */
export function writeEdn(event: HistoryEvent): string {
  const {type, process, f, value, index, time} = event;
  const fields = [
    `:type :${type}`,
    `:process ${typeof process === 'number' ? process : `:${process}`}`,
    `:f :${f ?? 'txn'}`,
  ];
  fields.push(`:value ${ednOf(value, true)}`);
  if (index !== undefined) fields.push(`:index ${index}`);
  if (time !== undefined) fields.push(`:time ${time}`);
  if (event.error !== undefined) fields.push(`:error ${JSON.stringify(event.error)}`);
  return `{${fields.join(', ')}}`;
}

function ednOf(value: unknown, mopHead = false): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) {
    const named = mopHead && typeof value[0] === 'string' && value.length === 3;
    return `[${value.map((item, i) => (named && i === 0 ? `:${item}` : ednOf(item, mopHead && !named))).join(' ')}]`;
  }
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([k, v]) => `${/^-?\d+$/.test(k) ? k : `:${k}`} ${ednOf(v)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
