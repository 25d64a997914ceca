// Files. Two ways to write: synchronous (the storage thread, recovery, tools) and with a callback (a primary's
// redo, which must not stop its event loop). Durability is explicit: what was not synced may be lost.

/** Why a file operation failed. `code` is the system's short name (ENOSPC, EACCES ...). */
export interface DiskError {
  readonly code: string;
  readonly message: string;
}

export interface OpenOptions {
  /** Create it when missing. */
  readonly create?: boolean;
  /** Every write is durable when it returns (O_DSYNC). */
  readonly durableWrites?: boolean;
  readonly readOnly?: boolean;
}

export interface File {
  readonly path: string;
  /** Reads up to `length` bytes at `position` into `target` at `targetAt`; returns the bytes read (0 at the end). */
  readSync(target: Uint8Array, targetAt: number, length: number, position: number): number;
  /** Writes all bytes or throws a DiskFailure. */
  writeSync(source: Uint8Array, sourceAt: number, length: number, position: number): void;
  /** Writes all bytes; `done` gets undefined or the reason. `source` must not change until then. */
  write(
    source: Uint8Array,
    sourceAt: number,
    length: number,
    position: number,
    done: (error?: DiskError) => void,
  ): void;
  /** Makes the written bytes durable (fdatasync). A failure must never be retried (S15). */
  sync(done: (error?: DiskError) => void): void;
  syncSync(): void;
  sizeSync(): number;
  /** Sets the size; growing reserves real space, so that later writes cannot meet a full disk. */
  allocateSync(size: number): void;
  truncateSync(size: number): void;
  closeSync(): void;
}

export interface Disk {
  openSync(path: string, options: OpenOptions): File;
  existsSync(path: string): boolean;
  /** Names (not paths) in a directory, sorted. */
  listSync(directory: string): string[];
  /** Makes the directory and its parents. */
  makeDirectorySync(path: string): void;
  removeSync(path: string): void;
  /** Atomic replace within one directory. */
  renameSync(from: string, to: string): void;
  /** Makes renames, creations and removals in the directory durable. */
  syncDirectorySync(path: string): void;
  /** Takes the directory for this process; undefined when another live process holds it. */
  lockDirectorySync(path: string): DirectoryLock | undefined;
}

export interface DirectoryLock {
  release(): void;
}

/** Thrown by the synchronous calls. */
export class DiskFailure extends Error {
  override readonly name = 'DiskFailure';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
