// What a result was measured on. No names of machines, users or directories.

import {closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync} from 'node:fs';
import {availableParallelism, cpus, loadavg, release, totalmem} from 'node:os';
import {join} from 'node:path';
import {quantile} from '../report/statistics.ts';
import {run} from './children.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly fileSystem: string;
  readonly node: string;
  readonly v8: string;
  /** Append of 4 KiB to a preallocated file and fdatasync, from one thread that does nothing else. Microseconds. */
  readonly syncUs: {readonly p50: number; readonly p99: number};
  /** Load of the last minute when the run began: others on the machine make every figure worse. */
  readonly loadBefore: number;
}

/** Describes this machine; `directory` is where the servers' data will lie. */
export async function describeMachine(directory: string): Promise<Machine> {
  const fileSystem = await run('stat', ['-f', '-c', '%T', directory]);
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()}, kernel ${release()}`,
    fileSystem: fileSystem.output.trim(),
    node: process.version,
    v8: process.versions.v8 ?? '',
    syncUs: measureSync(directory),
    loadBefore: loadavg()[0] ?? 0,
  };
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="([^"]+)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

const SYNCS = 200;
const BLOCK = 4096;

/** The floor under every durable commit here. */
export function measureSync(directory: string): {p50: number; p99: number} {
  const path = join(directory, 'sync-probe');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(BLOCK, 1);
  writeSync(file, Buffer.alloc(BLOCK * SYNCS), 0, BLOCK * SYNCS, 0);
  fdatasyncSync(file);
  const times: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    const started = performance.now();
    writeSync(file, block, 0, BLOCK, i * BLOCK);
    fdatasyncSync(file);
    times.push((performance.now() - started) * 1000);
  }
  closeSync(file);
  rmSync(path);
  times.sort((a, b) => a - b);
  return {p50: Math.round(quantile(times, 0.5)), p99: Math.round(quantile(times, 0.99))};
}
