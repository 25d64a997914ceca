// What processes cost, from /proc: processor time and memory.

import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';

const HERTZ = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));

/** Fields of /proc/<pid>/stat behind the program's name, counted from its closing bracket. */
const UTIME = 11;
const STIME = 12;

/** Processor time of the processes so far, user and system, all threads. Milliseconds; steps of 10. A process that is gone counts as 0. */
export function processorMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const text = readOrEmpty(`/proc/${pid}/stat`);
    if (text === '') continue;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[UTIME]) + Number(fields[STIME]);
  }
  return (ticks * 1000) / HERTZ;
}

/** Processor time of all processes so far. Interrupts are left out: on loopback they are the packets of server and clients. Milliseconds. */
export function machineMs(): number {
  const [user, nice, system] = readOrEmpty('/proc/stat').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return ((user + nice + system) * 1000) / HERTZ;
}

/** Processor time of this process and of those it has started and that have ended. Milliseconds. */
export function ownMs(): number {
  const text = readOrEmpty('/proc/self/stat');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return ((fields[UTIME] + fields[STIME] + fields[UTIME + 2] + fields[STIME + 2]) * 1000) / HERTZ;
}

/** `wchar`: bytes handed to the system, for files and sockets. `write_bytes`: memory made dirty, or written past it; of a file in large folios the whole folio counts for each small write. */
export type WriteCount = 'wchar' | 'write_bytes';

/** Bytes that the processes have written so far. A process that is gone counts as 0. */
export function writtenBytes(pids: readonly number[], count: WriteCount): number {
  let bytes = 0;
  for (const pid of pids)
    bytes += Number(new RegExp(`^${count}: (\\d+)$`, 'm').exec(readOrEmpty(`/proc/${pid}/io`))?.[1] ?? 0);
  return bytes;
}

/** Processes that a process has started and that live. */
export function childrenOf(pid: number): number[] {
  const children: number[] = [];
  // Each thread has children of its own.
  for (const thread of listOrEmpty(`/proc/${pid}/task`)) {
    const text = readOrEmpty(`/proc/${pid}/task/${thread}/children`).trim();
    if (text !== '') children.push(...text.split(' ').map(Number));
  }
  return children;
}

/** Memory that the processes hold, shared pages counted by shares. Bytes. */
export function memoryBytes(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    const match = /^Pss:\s+(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`));
    if (match !== null) kilobytes += Number(match[1]);
  }
  return kilobytes * 1024;
}

/** Connections on loopback that each of the ports has now, by port. Server side. */
export function connectionsOn(ports: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(ports.map(port => [String(port), 0]));
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOrEmpty(table).split('\n').slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      if (local === undefined || state !== '01') continue;
      const port = String(Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
      if (counts[port] !== undefined) counts[port]++;
    }
  }
  return counts;
}

function listOrEmpty(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
