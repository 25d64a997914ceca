// Dates and times from their packed integers to packet bytes, digit by digit.
//
// Text: `YYYY-MM-DD`, `hh:mm:ss`, with as many fraction digits as the type has. Binary: a length byte and little-endian fields,
// the trailing zero fields left out as the protocol wants it. All functions return the end; the caller writes the
// length byte of a text.

import {dateOfDay, EPOCH_DAY} from '../value/calendar.ts';
import type {TimeZone} from '../value/temporal.ts';
import {MICROS_PER_SECOND, SECONDS_PER_DAY} from '../value/temporal.ts';
import {writePadded, writePair, writeU32} from './digits.ts';

const DASH = 45;
const COLON = 58;
const BLANK = 32;
const POINT = 46;
const FRACTION_UNIT = Int32Array.of(1_000_000, 100_000, 10_000, 1_000, 100, 10, 1);

/** `YYYY-MM-DD` of a packed date. */
export function textDate(out: Uint8Array, at: number, date: number): number {
  let to = writePadded(out, at, date >>> 9, 4);
  out[to] = DASH;
  to = writePair(out, to + 1, (date >>> 5) & 15);
  out[to] = DASH;
  return writePair(out, to + 1, date & 31);
}

/** `hh:mm:ss` of a packed clock. */
export function textClock(out: Uint8Array, at: number, clock: number): number {
  let to = writePair(out, at, clock >>> 12);
  out[to] = COLON;
  to = writePair(out, to + 1, (clock >>> 6) & 63);
  out[to] = COLON;
  return writePair(out, to + 1, clock & 63);
}

/** `.ffffff`, cut to `fsp` digits; nothing for 0. */
export function textFraction(out: Uint8Array, at: number, micros: number, fsp: number): number {
  if (fsp === 0) return at;
  out[at] = POINT;
  return writePadded(out, at + 1, Math.floor(micros / FRACTION_UNIT[fsp]), fsp);
}

/** `YYYY-MM-DD hh:mm:ss[.ffffff]`. */
export function textDateTime(
  out: Uint8Array,
  at: number,
  date: number,
  clock: number,
  micros: number,
  fsp: number,
): number {
  const to = textDate(out, at, date);
  out[to] = BLANK;
  return textFraction(out, textClock(out, to + 1, clock), micros, fsp);
}

/** `[-]hh:mm:ss[.ffffff]` of a TIME given as |seconds|, sign and microseconds. */
export function textTime(
  out: Uint8Array,
  at: number,
  negative: boolean,
  seconds: number,
  micros: number,
  fsp: number,
): number {
  let to = at;
  if (negative) out[to++] = DASH;
  const hours = Math.floor(seconds / 3600);
  to = hours < 100 ? writePair(out, to, hours) : writeU32(out, to, hours);
  out[to] = COLON;
  to = writePair(out, to + 1, Math.floor(seconds / 60) % 60);
  out[to] = COLON;
  return textFraction(out, writePair(out, to + 1, seconds % 60), micros, fsp);
}

/** The packed date of a stored TIMESTAMP's wall clock in `zone`; 0 for the zero date. */
export function localDate(seconds: number, zone: TimeZone): number {
  if (seconds === 0) return 0;
  const days = Math.floor((seconds + zone.offsetAt(seconds)) / SECONDS_PER_DAY);
  const date = dateOfDay(days + EPOCH_DAY);
  const months = Math.floor(date / 100);
  const year = Math.floor(months / 100);
  return (year << 9) | ((months - year * 100) << 5) | (date - months * 100);
}

/** The packed clock of a stored TIMESTAMP's wall clock in `zone`; 0 for the zero date. */
export function localClock(seconds: number, zone: TimeZone): number {
  if (seconds === 0) return 0;
  const local = seconds + zone.offsetAt(seconds);
  const second = local - Math.floor(local / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  const minutes = Math.floor(second / 60);
  const hours = Math.floor(minutes / 60);
  return (hours << 12) | ((minutes - hours * 60) << 6) | (second - minutes * 60);
}

/** Binary DATE, DATETIME or TIMESTAMP: 0, 4, 7 or 11 bytes behind the length byte. */
export function binaryDateTime(
  out: Uint8Array,
  view: DataView,
  at: number,
  date: number,
  clock: number,
  micros: number,
): number {
  const length = micros !== 0 ? 11 : clock !== 0 ? 7 : date !== 0 ? 4 : 0;
  out[at] = length;
  if (length === 0) return at + 1;
  view.setUint16(at + 1, date >>> 9, true);
  out[at + 3] = (date >>> 5) & 15;
  out[at + 4] = date & 31;
  if (length === 4) return at + 5;
  out[at + 5] = clock >>> 12;
  out[at + 6] = (clock >>> 6) & 63;
  out[at + 7] = clock & 63;
  if (length === 7) return at + 8;
  view.setUint32(at + 8, micros, true);
  return at + 12;
}

/** Binary TIME of signed microseconds: 0, 8 or 12 bytes behind the length byte. */
export function binaryTime(out: Uint8Array, view: DataView, at: number, micros: number): number {
  if (micros === 0) {
    out[at] = 0;
    return at + 1;
  }
  const magnitude = Math.abs(micros);
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  const fraction = magnitude - seconds * MICROS_PER_SECOND;
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  out[at] = fraction === 0 ? 8 : 12;
  out[at + 1] = micros < 0 ? 1 : 0;
  view.setUint32(at + 2, days, true);
  out[at + 6] = Math.floor(seconds / 3600) % 24;
  out[at + 7] = Math.floor(seconds / 60) % 60;
  out[at + 8] = seconds % 60;
  if (fraction === 0) return at + 9;
  view.setUint32(at + 9, fraction, true);
  return at + 13;
}
