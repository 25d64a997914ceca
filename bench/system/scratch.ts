// A directory for the servers' data, removed at the end. It must lie on a disk: on a file system in memory a commit costs nothing, and
// the comparison of durable commits would be one of nothing with nothing.

import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Magic numbers that statfs gives for tmpfs and ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

export interface Scratch {
  readonly directory: string;
  /** Makes a subdirectory, owned by the given user. */
  make(name: string, owner?: string): string;
  remove(): void;
}

/** Makes the scratch directory below `parent` (default: the system's temporary directory). */
export function makeScratch(parent: string = tmpdir()): Scratch {
  if (IN_MEMORY.has(statfsSync(parent).type)) {
    throw new Error(`${parent} lies in memory: choose a directory on a disk with --scratch`);
  }
  const directory = mkdtempSync(join(parent, 'pando-bench-'));
  chmodSync(directory, 0o755);
  return {
    directory,
    make(name, owner) {
      const path = join(directory, name);
      mkdirSync(path, {recursive: true});
      if (owner !== undefined) execFileSync('chown', [owner, path]);
      return path;
    },
    remove: () => rmSync(directory, {recursive: true, force: true}),
  };
}

/** True when the system knows the user. */
export function userExists(name: string): boolean {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some(line => line.startsWith(`${name}:`));
}

/** True when this process may become another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
