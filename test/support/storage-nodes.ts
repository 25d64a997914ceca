// The storage nodes of a quorum volume as processes: who they are, and what can be done to them from outside.

import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';

/** Process ids by node number, of the nodes whose directories lie below `data`. */
export function storagePids(data: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    let command: string;
    try {
      command = readFileSync(`/proc/${name}/cmdline`, 'latin1');
    } catch {
      continue;
    }
    const match = new RegExp(`${data}/storage/node-(\\d+)-`).exec(command);
    if (match !== null && command.includes('\0storage\0')) found.set(Number(match[1]), Number(name));
  }
  return found;
}

/** Sends a signal to some nodes. */
export function signalNodes(data: string, nodes: readonly number[], signal: NodeJS.Signals): void {
  const pids = storagePids(data);
  for (const node of nodes) process.kill(pids.get(node) as number, signal);
}

/** Kills a node and removes everything it had stored. */
export function wipeNode(data: string, node: number): void {
  const pid = storagePids(data).get(node) as number;
  process.kill(pid, 'SIGSTOP');
  const directory = readdirSync(`${data}/storage`).find(name => name.startsWith(`node-${node}-`)) as string;
  rmSync(`${data}/storage/${directory}`, {recursive: true});
  process.kill(pid, 'SIGKILL');
}

/** True while a process of that id exists. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
