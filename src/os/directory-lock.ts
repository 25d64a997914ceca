// A lock on a directory that the kernel gives back when its holder dies.
//
// A file with a process number in it is not safe: in two containers that share a directory both processes may be number 1, and
// taking over a stale file is a race. Node offers no flock; but SQLite, which is built into Node, takes POSIX locks on its database
// file, and knows about its own locks inside one process. So the lock is an exclusive transaction on an empty database: it holds
// between processes, between containers on one kernel and between threads of one process, leaves nothing stale, and costs 0.4 ms.

import type {DirectoryLock} from '../env/disk.ts';

/** Name of the file that carries the lock; always empty. Not part of what a volume stores. */
export const LOCK_FILE = 'volume.lock';
/** SQLITE_BUSY: somebody else holds the lock. */
const BUSY = 5;

/** Takes the directory, or returns undefined when another live holder has it. The directory must exist and be writable. */
export function lockDirectory(directory: string): DirectoryLock | undefined {
  const {DatabaseSync} = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(`${directory}/${LOCK_FILE}`, {timeout: 0});
  try {
    database.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as {errcode?: number}).errcode === BUSY) return undefined;
    throw error;
  }
  return {release: () => database.close()};
}
