// What a local volume is built from, and its limits.

import type {Checksum} from '../../env/crypto.ts';
import type {Disk} from '../../env/disk.ts';
import type {Random} from '../../env/random.ts';
import type {Trace} from '../../env/trace.ts';
import {PAGE_SIZE_DEFAULT} from '../../format/page/layout.ts';

/** The part of the world that storage uses; an Env fits. */
export interface StorageEnv {
  readonly disk: Disk;
  readonly crc32: Checksum;
  readonly random: Random;
  readonly trace: Trace;
}

/** Fixed when the volume is created, kept in its header file. */
export interface VolumeShape {
  /** Bytes of a page. */
  readonly pageSize: number;
  /** Bytes of one redo file, header included. */
  readonly redoFileSize: number;
}

/** May differ from one opening to the next. */
export interface VolumeLimits {
  /** Redo that waits in memory to be built into pages; above half of it the checkpoint works in the background, at the limit ingest waits. */
  readonly pendingBytesMax: number;
  /** Built pages kept in memory. */
  readonly cachedPagesMax: number;
  /** Pages written by one checkpoint step. */
  readonly batchPages: number;
  /** Redo files ready behind the one being written, per stream. */
  readonly redoFilesAhead: number;
  /** Redo files that may exist at once: the bound on how far pages may lag behind the log. Beyond it streams get no room. */
  readonly redoFilesMax: number;
  /** Redo files kept for reuse. */
  readonly freeRedoFilesMax: number;
  /** Pages by which the image file grows. */
  readonly growPages: number;
  /** The index is rewritten when its file has grown by this many bytes, and by half since the last time. */
  readonly indexRewriteBytes: number;
}

export const DEFAULT_SHAPE: VolumeShape = {pageSize: PAGE_SIZE_DEFAULT, redoFileSize: 32 << 20};

export const DEFAULT_LIMITS: VolumeLimits = {
  pendingBytesMax: 256 << 20,
  cachedPagesMax: 1024,
  batchPages: 64,
  redoFilesAhead: 2,
  redoFilesMax: 256,
  freeRedoFilesMax: 8,
  growPages: 256,
  indexRewriteBytes: 8 << 20,
};

/** Room for the largest frame's worth of waste is set aside in every redo file, so a frame may take an eighth of one, and at most this. */
const FRAME_PAYLOAD_MAX = 1 << 20;

/** Longest payload of one log frame in a volume of this shape. */
export function framePayloadMax(shape: VolumeShape): number {
  return Math.min(FRAME_PAYLOAD_MAX, (shape.redoFileSize >> 3) & ~7);
}
