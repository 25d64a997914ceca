// Dates and times as the row's packed integers, and back.
//
// Every packed form orders as the values do, so that keys only turn the bytes around. Fraction digits are kept as
// microseconds; how many of them are shown is the type's affair. A TIMESTAMP of 0 seconds is the zero date; it belongs
// to no zone.

import {assert} from '../../base/assert.ts';
import type {TimeZone} from '../value/temporal.ts';
import {DateTime, MICROS_PER_SECOND} from '../value/temporal.ts';
import {fromUtcSeconds, toUtcSeconds} from '../value/time-zone.ts';

/** Reads an unsigned 24-bit little-endian integer. */
export function getU24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** Reads a signed 24-bit little-endian integer. */
export function getI24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getInt8(at + 2) << 16);
}

/** Writes the low 24 bits of an integer, little-endian. */
export function setU24(view: DataView, at: number, value: number): void {
  view.setUint16(at, value & 0xffff, true);
  view.setUint8(at + 2, (value >> 16) & 0xff);
}

/** Reads a signed 48-bit little-endian integer. */
export function getI48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt16(at + 4, true) * 4294967296;
}

/** Writes an integer in [-2^47, 2^47), little-endian. */
export function setI48(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt16(at + 4, Math.floor(value / 4294967296), true);
}

/** A date in 24 bits: year << 9 | month << 5 | day. */
export function packDate(value: DateTime): number {
  return (value.year << 9) | (value.month << 5) | value.day;
}

/** A time of day in 17 bits: hour << 12 | minute << 6 | second. */
export function packClock(value: DateTime): number {
  return (value.hour << 12) | (value.minute << 6) | value.second;
}

/** The DATE of 24 packed bits. */
export function unpackDate(date: number): DateTime {
  return DateTime.date(date >>> 9, (date >>> 5) & 15, date & 31);
}

/** The DATETIME of its packed parts. */
export function unpackDateTime(date: number, clock: number, micros: number): DateTime {
  const {year, month, day} = unpackDate(date);
  return DateTime.of(year, month, day, clock >>> 12, (clock >>> 6) & 63, clock & 63, micros);
}

/** Seconds a TIMESTAMP is stored as, for a wall clock in `zone`. The result fits u32 for every legal TIMESTAMP. */
export function packTimestamp(value: DateTime, zone: TimeZone): number {
  if (value.isZero()) return 0;
  const seconds = toUtcSeconds(value, zone);
  assert(seconds > 0 && seconds < 4294967296, () => `TIMESTAMP of ${seconds} seconds`);
  return seconds;
}

/** The wall clock in `zone` of a stored TIMESTAMP. */
export function unpackTimestamp(seconds: number, micros: number, zone: TimeZone): DateTime {
  if (seconds === 0) return DateTime.of(0, 0, 0);
  return fromUtcSeconds(seconds, micros, zone);
}

/** Whole seconds of a TIME whose type has no fraction. */
export function packSeconds(micros: number): number {
  return Math.trunc(micros / MICROS_PER_SECOND);
}
