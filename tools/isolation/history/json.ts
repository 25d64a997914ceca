// Histories as JSON: one array of events, or one event per line. Both are read by the other checkers of the family.

import {type EventType, HistoryError, type HistoryEvent, type Scalar} from './types.ts';

/** Longest line taken, in characters. */
export const LINE_MAX = 64 << 20;

const types: ReadonlySet<unknown> = new Set<EventType>(['invoke', 'ok', 'fail', 'info']);

/** Makes an event of a parsed object. Names may carry the colon of a keyword, as some writers leave it. @throws HistoryError */
export function eventOf(value: unknown, where: string): HistoryEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HistoryError(`${where}: not an event`);
  const raw = new Map(Object.entries(value));
  const type = plain(raw.get('type'));
  if (!types.has(type))
    throw new HistoryError(`${where}: type is ${JSON.stringify(type)}, not invoke, ok, fail or info`);
  const process = raw.get('process');
  if (typeof process !== 'number' && typeof process !== 'string')
    throw new HistoryError(`${where}: process is missing`);
  const index = raw.get('index');
  const time = raw.get('time');
  const error = raw.get('error');
  const node = raw.get('node');
  const f = plain(raw.get('f'));
  return {
    ...(typeof index === 'number' ? {index} : {}),
    ...(typeof time === 'number' ? {time} : {}),
    type: type as EventType,
    process: process as Scalar,
    ...(typeof f === 'string' ? {f} : {}),
    value: raw.get('value'),
    ...(error === undefined || error === null
      ? {}
      : {error: typeof error === 'string' ? error : JSON.stringify(error)}),
    ...(typeof node === 'string' ? {node} : {}),
    ...(raw.get('final') === true ? {final: true} : {}),
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(':') ? value.slice(1) : value;
}

/** Reads a text that is an array of events or one event per line. @throws HistoryError */
export function parseJson(text: string): HistoryEvent[] {
  if (text.trimStart().startsWith('[')) {
    const items = parse(text, 'history');
    return (items as unknown[]).map((item, i) => eventOf(item, `event ${i}`));
  }
  const events: HistoryEvent[] = [];
  const reader = new JsonLinesReader(event => events.push(event));
  reader.feed(text);
  reader.end();
  return events;
}

/** Takes text in pieces of any size and gives the events of its lines. */
export class JsonLinesReader {
  readonly #give: (event: HistoryEvent) => void;
  #rest = '';
  #line = 0;

  constructor(give: (event: HistoryEvent) => void) {
    this.#give = give;
  }

  /** @throws HistoryError */
  feed(text: string): void {
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      this.#take(this.#rest + text.slice(start, end));
      this.#rest = '';
      start = end + 1;
    }
    this.#rest += text.slice(start);
    if (this.#rest.length > LINE_MAX)
      throw new HistoryError(`line ${this.#line + 1} is longer than ${LINE_MAX} characters`);
  }

  /** The text is over. @throws HistoryError */
  end(): void {
    this.#take(this.#rest);
    this.#rest = '';
  }

  #take(line: string): void {
    this.#line++;
    if (line.trim() === '') return;
    const where = `line ${this.#line}`;
    this.#give(eventOf(parse(line, where), where));
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HistoryError(`${where}: ${(error as Error).message}`);
  }
}

/** One event as one line, without the line break. */
export function writeJson(event: HistoryEvent): string {
  const {index, time, type, process, f, value, ...rest} = event;
  return JSON.stringify({index, time, type, process, f, value, ...rest});
}
