// A page for human eyes: one line of header, one line per record. `pando dump page` shows it.

import type {Memory} from '../memory.ts';
import {At, PageFlag, PageType, RecordFlag} from './layout.ts';
import {
  copyHighKey,
  copyLowKey,
  freeSpace,
  heapTop,
  INFINITE,
  isTreeType,
  pageFlags,
  pageGarbage,
  pageIncarnation,
  pageLevel,
  pageLlsn,
  pageMaxStart,
  pageNo,
  pageRight,
  pageTreeId,
  pageType,
  prefixLength,
  slotCount,
} from './page.ts';
import {
  childPage,
  copyKey,
  payloadLength,
  primaryKeyLength,
  recordAt,
  recordCts,
  recordFlags,
  rollAt,
  rollPage,
  writerIncarnation,
  writerSlot,
  writerVersion,
} from './records.ts';

/** Bytes of a key that are shown. */
const SHOWN = 24;

/** Hex of a key, cut after 24 bytes with the whole length behind; `-` when it is empty. */
export function printKey(bytes: Uint8Array, at: number, length: number): string {
  if (length === 0) return '-';
  const shown = Buffer.from(bytes.subarray(at, at + Math.min(length, SHOWN))).toString('hex');
  return length > SHOWN ? `${shown}..(${length})` : shown;
}

/** The names of the bits that are set, joined by `+`; `-` when none is. */
export function printFlags(flags: number, names: Readonly<Record<string, number>>): string {
  const set = Object.keys(names).filter(name => (flags & names[name]) !== 0);
  return set.length === 0 ? '-' : set.join('+');
}

/** The name of a page type. */
export function printPageType(type: number): string {
  return Object.keys(PageType).find(name => PageType[name as keyof typeof PageType] === type) ?? `type${type}`;
}

/** The whole page as text, lines joined by newlines. The page must be sound (checkPage). */
export function printPage(mem: Memory, base: number, pageSize: number): string {
  const lines = [printHeader(mem, base)];
  if (!isTreeType(pageType(mem, base))) return `${lines[0]} filled=${heapTop(mem, base)}`;
  const key = new Uint8Array(pageSize);
  const low = copyLowKey(mem, base, key, 0);
  const lowText = low === INFINITE ? '-inf' : printKey(key, 0, low);
  const high = copyHighKey(mem, base, key, 0);
  const highText = high === INFINITE ? '+inf' : printKey(key, 0, high);
  lines.push(
    `  keys [${lowText}, ${highText}) prefix=${prefixLength(mem, base)} slots=${slotCount(mem, base)}` +
      ` free=${freeSpace(mem, base)} garbage=${pageGarbage(mem, base)} maxStart=${pageMaxStart(mem, base)}`,
  );
  for (let slot = 0; slot < slotCount(mem, base); slot++) lines.push(`  ${slot} ${printRecord(mem, base, slot)}`);
  return lines.join('\n');
}

function printHeader(mem: Memory, base: number): string {
  const checksum = mem.view.getUint32(base + At.checksum, true).toString(16);
  return (
    `page ${pageNo(mem, base)} ${printPageType(pageType(mem, base))} tree=${pageTreeId(mem, base)} level=${pageLevel(mem, base)}` +
    ` llsn=${pageLlsn(mem, base)}@${pageIncarnation(mem, base)} right=${pageRight(mem, base)}` +
    ` flags=${printFlags(pageFlags(mem, base), PageFlag)} checksum=${checksum}`
  );
}

/** One record as a line: key, then what its kind has. */
export function printRecord(mem: Memory, base: number, slot: number): string {
  const key = new Uint8Array(0x1_0000);
  const text = printKey(key, 0, copyKey(mem, base, slot, key, 0));
  const record = recordAt(mem, base, slot);
  const flags = printFlags(recordFlags(mem, record), RecordFlag);
  switch (pageType(mem, base)) {
    case PageType.internal:
      return `${text} child=${childPage(mem, record)}`;
    case PageType.secondaryLeaf:
      return `${text} primaryKey=${primaryKeyLength(mem, record)} flags=${flags}`;
    default:
      return (
        `${text} trx=${writerIncarnation(mem, record)}.${writerSlot(mem, record)}.${writerVersion(mem, record)}` +
        ` cts=${recordCts(mem, record)} roll=${rollPage(mem, record)}:${rollAt(mem, record)}` +
        ` flags=${flags} payload=${payloadLength(mem, record)}`
      );
  }
}
