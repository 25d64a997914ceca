// Identities that appear in bytes, and their limits.
//
// Page numbers are u32: a volume holds up to 2^32 pages (64 TiB of 16 KiB pages). LSN, LLSN and CTS are integers below
// 2^48 in a number. A g_trx_id is three u32 words (incarnation, slot, version): it is compared word by word and never packed
// into one number.

declare const tag: unique symbol;
type Brand<T, Name extends string> = T & {readonly [tag]: Name};

/** Number of a page in the volume. */
export type PageNo = Brand<number, 'PageNo'>;
/** Position in one stream's redo, counted in payload bytes. */
export type Lsn = Brand<number, 'Lsn'>;
/** Logical LSN: orders the redo of one page across nodes. */
export type Llsn = Brand<number, 'Llsn'>;
/** Commit timestamp. 0 (CSN_INIT) means: not known here. */
export type Cts = Brand<number, 'Cts'>;
/** One life of one primary; durable, never reused; also the name of its redo stream. */
export type Incarnation = Brand<number, 'Incarnation'>;

/** The row's CTS field when nobody has filled it in. */
export const CSN_INIT = 0;
/** "Committed before any view that exists or will exist": what a reused slot means. */
export const CSN_MIN = 1;
/** The first CTS that a transaction can get. Lower values are reserved. */
export const CTS_FIRST = 16;

/** No page. Page 0 is the space header, which nothing links to. */
export const NO_PAGE = 0;
/** Page 0: the space header (next fresh extent, catalog roots). */
export const SPACE_HEADER_PAGE = 0;
/** Page numbers from here up name no pages but locks: metadata locks of tables (fusion/lock). */
export const VIRTUAL_PAGE_FIRST = 0xf000_0000;
