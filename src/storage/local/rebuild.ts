// A page whose image is damaged, made again from redo that has not been given back yet.
//
// The image held everything up to its version, so its redo no longer waits in memory; but redo files stay until all of their records are
// in images and the stream's checkpoint has passed, so the files may still hold the chain from its last root (format, image) on. Rare and slow: it
// reads every redo file there is.

import type {Checksum} from '../../env/crypto.ts';
import type {Disk} from '../../env/disk.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER} from '../../format/page/layout.ts';
import {pageIncarnation, pageLlsn} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {RedoType} from '../../format/redo/layout.ts';
import {redoLlsn, redoPageNo, redoType} from '../../format/redo/read.ts';
import {LocalStreamReader, type StreamDescription} from './stream-reader.ts';

interface Found {
  readonly llsn: number;
  readonly incarnation: number;
  readonly record: Memory;
}

/**
 * Builds version (llsn, incarnation) of a page into `target` from the streams' files. False when their chain does not reach back to a root,
 * or does not lead to that version. Throws CorruptionError when the redo is damaged too.
 */
export function rebuildPage(
  disk: Disk,
  crc32: Checksum,
  streams: readonly StreamDescription[],
  pageNo: number,
  llsn: number,
  incarnation: number,
  target: Memory,
  at: number,
  pageSize: number,
): boolean {
  const chain = collect(disk, crc32, streams, pageNo, llsn);
  const root = chain.findLastIndex(({record}) => isRoot(record));
  if (root < 0) return false;
  target.bytes.fill(0, at, at + PAGE_HEADER);
  for (const {record, incarnation: writer} of chain.slice(root)) applyRedo(target, at, pageSize, record, 0, writer);
  return pageLlsn(target, at) === llsn && pageIncarnation(target, at) === incarnation;
}

function isRoot(record: Memory): boolean {
  const type = redoType(record, 0);
  return type === RedoType.format || type === RedoType.image;
}

/** The page's records up to `llsn`, in LLSN order. */
function collect(
  disk: Disk,
  crc32: Checksum,
  streams: readonly StreamDescription[],
  pageNo: number,
  llsn: number,
): Found[] {
  const found: Found[] = [];
  for (const stream of streams) {
    const reader = new LocalStreamReader(disk, crc32, stream);
    reader.scanAll((memory, at, _lsn, length) => {
      if (redoPageNo(memory, at) !== pageNo || redoLlsn(memory, at) > llsn) return;
      const record = new Memory(new ArrayBuffer((length + 7) & ~7));
      record.bytes.set(memory.bytes.subarray(at, at + length));
      found.push({llsn: redoLlsn(memory, at), incarnation: stream.incarnation, record});
    });
  }
  return found.sort((a, b) => a.llsn - b.llsn);
}
