// The header file of a volume: `volume.json`. It is the last thing that creation writes and the first that opening reads,
// so a directory without it is no volume, and one with another format version is refused before anything is touched.
//
// Creation leaves `volume.json.new` behind when it is interrupted; such a directory held nothing yet, and creation starts over.

import {crc32} from '../../base/crc32.ts';
import {OperatingError} from '../../base/errors.ts';
import {type Disk, DiskFailure} from '../../env/disk.ts';
import {PAGE_SIZE_MAX, PAGE_SIZE_MIN} from '../../format/page/layout.ts';
import type {StorageEnv, VolumeShape} from './options.ts';

/** Version of all file formats of the volume together. */
export const VOLUME_FORMAT = 1;
const HEADER_BYTES_MAX = 4096;
/** Other names that may stand in the directory of a volume to be created: the lock's file. */
const LOCK_NAMES = ['volume.lock', 'volume.lock-journal'];

export interface VolumeHeader extends VolumeShape {
  readonly format: number;
  /** 32 hex digits; also in the headers of the index and the journal, so that files of two volumes cannot be mixed. */
  readonly uuid: string;
}

function headerPath(directory: string): string {
  return `${directory}/volume.json`;
}

/** What stands in the directory: a volume, nothing (or an interrupted creation), or something that is not ours. */
export function inspectDirectory(disk: Disk, directory: string): 'volume' | 'empty' | 'foreign' {
  if (!disk.existsSync(directory)) return 'empty';
  const names = disk.listSync(directory).filter(name => !LOCK_NAMES.includes(name));
  if (names.includes('volume.json')) return 'volume';
  return names.length === 0 || names.includes('volume.json.new') ? 'empty' : 'foreign';
}

/** Marks the directory as one whose creation has begun. */
export function beginCreation(env: StorageEnv, directory: string, shape: VolumeShape): VolumeHeader {
  const {pageSize, redoFileSize} = shape;
  if (!isPageSize(pageSize))
    throw new OperatingError(`page size ${pageSize}`, `use a power of two from ${PAGE_SIZE_MIN} to ${PAGE_SIZE_MAX}`);
  if (redoFileSize % 4096 !== 0 || redoFileSize < 1 << 14)
    throw new OperatingError(`redo file size ${redoFileSize}`, 'use a multiple of 4096 from 16384');
  const uuid = [...env.random.secretBytes(16)].map(b => b.toString(16).padStart(2, '0')).join('');
  const header: VolumeHeader = {format: VOLUME_FORMAT, uuid, pageSize, redoFileSize};
  writeDraft(env.disk, directory, header);
  return header;
}

/** Makes the header durable under a name that is not its own yet. */
function writeDraft(disk: Disk, directory: string, header: VolumeHeader): void {
  const file = disk.openSync(`${headerPath(directory)}.new`, {create: true});
  const bytes = new TextEncoder().encode(`${JSON.stringify({...header, check: checkOf(header)}, undefined, 2)}\n`);
  file.truncateSync(0);
  file.writeSync(bytes, 0, bytes.length, 0);
  file.syncSync();
  file.closeSync();
  disk.syncDirectorySync(directory);
}

/** Compares the header's file with what was read of it once, and writes it anew when it is another; what was wrong then. */
export function restoreHeader(env: StorageEnv, directory: string, header: VolumeHeader): string | undefined {
  const path = headerPath(directory);
  try {
    const found = readHeader(env.disk, directory);
    if (JSON.stringify(found) === JSON.stringify(header)) return undefined;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
  }
  writeDraft(env.disk, directory, header);
  endCreation(env.disk, directory);
  return `${path} is not what it was`;
}

/** The volume is complete: from now on the directory is one. */
export function endCreation(disk: Disk, directory: string): void {
  disk.renameSync(`${headerPath(directory)}.new`, headerPath(directory));
  disk.syncDirectorySync(directory);
}

/** Reads and checks the header. Throws OperatingError for anything but a volume that this version can open. */
export function readHeader(disk: Disk, directory: string): VolumeHeader {
  const path = headerPath(directory);
  const parsed = parse(readText(disk, path), path);
  const {format, uuid, pageSize, redoFileSize} = parsed;
  if (format !== VOLUME_FORMAT) {
    throw new OperatingError(
      `${path} has format version ${String(format)}, this program reads ${VOLUME_FORMAT}`,
      'use the version that made it',
    );
  }
  if (typeof uuid !== 'string' || !/^[0-9a-f]{32}$/.test(uuid)) throw damaged(path, 'uuid');
  if (typeof pageSize !== 'number' || !isPageSize(pageSize)) throw damaged(path, 'pageSize');
  if (typeof redoFileSize !== 'number' || redoFileSize % 4096 !== 0) throw damaged(path, 'redoFileSize');
  const header = {format, uuid, pageSize, redoFileSize};
  if (parsed.check !== undefined && parsed.check !== checkOf(header)) throw damaged(path, 'check');
  return header;
}

/** Over the other fields; volumes of earlier builds have none. */
function checkOf({format, uuid, pageSize, redoFileSize}: VolumeHeader): number {
  return crc32(new TextEncoder().encode(JSON.stringify([format, uuid, pageSize, redoFileSize])));
}

function readText(disk: Disk, path: string): string {
  try {
    const file = disk.openSync(path, {readOnly: true});
    const bytes = new Uint8Array(HEADER_BYTES_MAX);
    const length = file.readSync(bytes, 0, bytes.length, 0);
    file.closeSync();
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof DiskFailure)
      throw new OperatingError(`cannot read ${path}: ${error.message}`, 'check that the path is right and readable');
    throw error;
  }
}

function parse(text: string, path: string): Partial<Record<keyof VolumeHeader | 'check', unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, with the path.
  }
  throw damaged(path, 'JSON');
}

function damaged(path: string, field: string): OperatingError {
  return new OperatingError(
    `${path} is not a volume header: ${field}`,
    'restore the file from a backup; the data files are untouched',
  );
}

function isPageSize(size: number): boolean {
  return size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && (size & (size - 1)) === 0;
}
