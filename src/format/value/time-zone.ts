// Time zones: fixed offsets ('+02:00', 'UTC'), and named zones on the platform's zone data (Intl).
//
// Intl can only answer "which wall clock does this instant show", at a microsecond a question. So a named zone keeps
// the transitions of each year it was asked about: sampled every ten days, the change then found by bisection. Two
// changes within ten days would be missed; the zone data has none in the range of TIMESTAMP.
//
// A local time that a change skips (spring) maps to the instant of the change, as in MySQL; one that happens twice
// (autumn) to the first of the two.

import {dayNumber, EPOCH_DAY} from './calendar.ts';
import {DateTime, SECONDS_PER_DAY, type TimeZone} from './temporal.ts';

class FixedZone implements TimeZone {
  readonly name: string;
  readonly #offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.#offset = offset;
  }

  offsetAt(): number {
    return this.#offset;
  }

  utcOf(localSeconds: number): number {
    return localSeconds - this.#offset;
  }
}

export const UTC: TimeZone = new FixedZone('UTC', 0);

/** Changes of offset within one span of instants. */
interface Transitions {
  /** Offset at the start of the span. */
  readonly first: number;
  /** Instants of the changes, ascending, and the offset from each on. */
  readonly at: readonly number[];
  readonly offsets: readonly number[];
}

const SPAN = 400 * SECONDS_PER_DAY;
const STEP = 10 * SECONDS_PER_DAY;
const DAY = SECONDS_PER_DAY;

class NamedZone implements TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #spans: Map<number, Transitions> = new Map();

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  offsetAt(utcSeconds: number): number {
    const {first, at, offsets} = this.#span(Math.floor(utcSeconds / SPAN));
    let i = at.length - 1;
    while (i >= 0 && at[i] > utcSeconds) i--;
    return i < 0 ? first : offsets[i];
  }

  utcOf(localSeconds: number): number {
    const earlier = this.offsetAt(localSeconds - DAY);
    const later = this.offsetAt(localSeconds + DAY);
    if (earlier === later) return localSeconds - earlier;
    const before = localSeconds - earlier;
    if (this.offsetAt(before) === earlier) return before;
    const after = localSeconds - later;
    if (this.offsetAt(after) === later) return after;
    return this.#changeBetween(after, before);
  }

  #span(index: number): Transitions {
    let span = this.#spans.get(index);
    if (span === undefined) {
      span = this.#explore(index * SPAN);
      this.#spans.set(index, span);
    }
    return span;
  }

  #explore(start: number): Transitions {
    const first = this.#ask(start);
    const at: number[] = [];
    const offsets: number[] = [];
    let offset = first;
    for (let t = start; t < start + SPAN; t += STEP) {
      const next = this.#ask(t + STEP);
      if (next === offset) continue;
      at.push(this.#changeBetween(t, t + STEP));
      offsets.push(next);
      offset = next;
    }
    return {first, at, offsets};
  }

  /** First instant after `low`, up to `high`, with another offset than `low`'s. */
  #changeBetween(low: number, high: number): number {
    const offset = this.#ask(low);
    let from = low;
    let to = high;
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (this.#ask(middle) === offset) from = middle;
      else to = middle;
    }
    return to;
  }

  /** The offset from the platform, by comparing the wall clock with the instant. */
  #ask(utcSeconds: number): number {
    const field = new Map<string, number>();
    for (const part of this.#format.formatToParts(utcSeconds * 1000)) field.set(part.type, Number(part.value));
    const of = (name: string): number => field.get(name) ?? 0;
    const days = dayNumber(of('year'), of('month'), of('day')) - EPOCH_DAY;
    const local = days * DAY + of('hour') * 3600 + of('minute') * 60 + of('second');
    return local - utcSeconds;
  }
}

const OFFSET = /^([+-])(\d{1,2}):([0-5]\d)$/;
const NAME = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

/** Seconds of an offset text within -13:59 and +14:00; undefined for anything else. */
export function parseOffset(text: string): number | undefined {
  const match = OFFSET.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (match[1] === '+') return minutes <= 14 * 60 ? minutes * 60 : undefined;
  return minutes <= 13 * 60 + 59 ? 0 - minutes * 60 : undefined;
}

function fixedZone(offset: number): TimeZone {
  const minutes = Math.abs(offset) / 60;
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return new FixedZone(`${offset < 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`, offset);
}

function namedZone(name: string): TimeZone | undefined {
  if (!NAME.test(name)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return new NamedZone(name, format);
  } catch {
    // The platform's way of saying that there is no such zone.
    return undefined;
  }
}

const zones: Map<string, TimeZone> = new Map([['utc', UTC]]);
const ZONES_MAX = 1024;

/** The zone of this name, case ignored; undefined when there is none. `SYSTEM` is for the caller to resolve. */
export function findTimeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  const offset = parseOffset(name);
  const zone = offset === undefined ? namedZone(name) : fixedZone(offset);
  if (zone !== undefined && zones.size < ZONES_MAX) zones.set(key, zone);
  return zone;
}

/** Wall-clock seconds of a date that has a day number. */
export function localSeconds(value: DateTime): number {
  return (value.dayNumber() - EPOCH_DAY) * SECONDS_PER_DAY + value.secondOfDay();
}

/** The wall-clock value of local seconds; they must lie in the years 0 to 9999. */
export function fromLocalSeconds(seconds: number, micros: number): DateTime {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  return DateTime.fromDay(days + EPOCH_DAY, seconds - days * SECONDS_PER_DAY, micros);
}

/** Seconds since 1970 UTC of a wall-clock value in a zone. */
export function toUtcSeconds(value: DateTime, zone: TimeZone): number {
  return zone.utcOf(localSeconds(value));
}

/** The wall clock of a zone at an instant. */
export function fromUtcSeconds(seconds: number, micros: number, zone: TimeZone): DateTime {
  return fromLocalSeconds(seconds + zone.offsetAt(seconds), micros);
}

/** True when the zone's wall clock never shows this value. */
export function isInGap(value: DateTime, zone: TimeZone): boolean {
  const local = localSeconds(value);
  const utc = zone.utcOf(local);
  return utc + zone.offsetAt(utc) !== local;
}

/** TIMESTAMP's range: 1970-01-01 00:00:01 to 2038-01-19 03:14:07 UTC. */
export const TIMESTAMP_MIN_SECONDS = 1;
export const TIMESTAMP_MAX_SECONDS = 2147483647;
