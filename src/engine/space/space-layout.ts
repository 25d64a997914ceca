// Where free space is recorded: ordinary pages, changed by ordinary mini-transactions (K11).
//
// The volume is cut into extents of EXTENT_PAGES pages. The first page of an extent (page 1 for extent 0, whose page 0 is the space header) is
// its extent map: one byte per page, 0 free, 1 used. Taking a page sets its byte in the same mini-transaction that formats the page and
// links it, so a crash neither leaks a page nor hands it out twice. Any node may change any map under its X PLock; nodes keep to
// extents of their own only to stay out of each other's way.
//
// Space header (page 0), behind the page header:
//   64  u32 extents handed out so far (extent numbers below it have a formatted map)
//   68  u32 tree and object ids given out so far
//   72  16 x u32 roots: fixed places of the catalog
//
// A page that was freed continues its LLSN order in its next life: freeing writes the page first, then the map (a higher LLSN of the same
// node); taking reads the map, so the node's LLSN is above both, and the format record is the root of a new chain.

import {PAGE_HEADER} from '../../format/page/layout.ts';

export const EXTENT_PAGES = 256;
export const MAP_AT = PAGE_HEADER;

export const HeaderAt = {
  extents: PAGE_HEADER,
  ids: PAGE_HEADER + 4,
  roots: PAGE_HEADER + 8,
} as const;
export const ROOTS = 16;

/** Page that holds the map of an extent. */
export function mapPage(extent: number): number {
  return extent === 0 ? 1 : extent * EXTENT_PAGES;
}

export function extentOf(pageNo: number): number {
  return Math.floor(pageNo / EXTENT_PAGES);
}

/** Counter page: u48 next value behind the page header. */
export const COUNTER_AT = PAGE_HEADER;
