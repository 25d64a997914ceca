// Room on disk for what one statement cannot keep in memory. A scratch file is seen by nobody else, is never synced, and is gone when it is
// closed or when the process ends.

export interface ScratchFile {
  /** Bytes appended so far. */
  readonly size: number;
  /** Appends the first `length` bytes; throws a DiskFailure. */
  append(bytes: Uint8Array, length: number): void;
  /** Reads up to `length` bytes at `position`; returns how many there were. */
  read(target: Uint8Array, length: number, position: number): number;
  close(): void;
}

export interface Scratch {
  open(): ScratchFile;
}
