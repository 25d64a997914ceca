// The storage nodes of a quorum volume as processes: who they are, and what can be done to them from outside.

import {type ChildProcess, spawn} from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {MAIN} from './server.ts';

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

/** Six nodes that run by themselves, without a secret, in directories like those of a server's children. */
export async function startPlainNodes(data: string): Promise<{readonly places: string; end(): void}> {
  const children: ChildProcess[] = [];
  const places: string[] = [];
  for (const [i, zone] of [...'aabbcc'].entries()) {
    const directory = join(data, 'storage', `node-${i + 1}-${zone}`);
    const args = ['storage', '--zone', zone, '--data', directory, '--listen', '127.0.0.1:0'];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    places.push(`${zone}@${await addressOf(child)}`);
  }
  const end = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  return {places: places.join(','), end};
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once('exit', code => fail(new Error(`the storage node ended with ${code}`)));
    child.stdout?.on('data', (bytes: Buffer) => {
      const match = /storage listens on (\S+)/.exec(bytes.toString());
      if (match !== null) done(match[1]);
    });
  });
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

/** Files of a node whose path matches, oldest name first. */
function filesOf(data: string, node: number, pattern: RegExp): string[] {
  const name = readdirSync(`${data}/storage`).find(one => one.startsWith(`node-${node}-`)) as string;
  const root = join(data, 'storage', name);
  return readdirSync(root, {recursive: true})
    .map(path => join(root, String(path)))
    .filter(path => pattern.test(path) && statSync(path).isFile())
    .sort();
}

/** Kills a node after some of its bytes have been turned over: one in each `every` of the files that match. Returns how many. It is started again by whoever runs it. */
export function flipBits(data: string, node: number, pattern: RegExp, every: number): number {
  const pid = storagePids(data).get(node) as number;
  process.kill(pid, 'SIGSTOP');
  let flipped = 0;
  const byte = Buffer.alloc(1);
  for (const path of filesOf(data, node, pattern)) {
    const file = openSync(path, 'r+');
    for (let at = every >> 1; at < statSync(path).size; at += every) {
      readSync(file, byte, 0, 1, at);
      byte[0] ^= 0x10;
      writeSync(file, byte, 0, 1, at);
      flipped++;
    }
    closeSync(file);
  }
  process.kill(pid, 'SIGKILL');
  return flipped;
}

/** Kills a node and cuts the end off its newest log file, as a torn write does. */
export function tearLog(data: string, node: number, bytes: number): void {
  const pid = storagePids(data).get(node) as number;
  process.kill(pid, 'SIGSTOP');
  const newest = filesOf(data, node, /\.log$/)
    .filter(path => path.includes('/log/'))
    .at(-1) as string;
  truncateSync(newest, Math.max(0, statSync(newest).size - bytes));
  process.kill(pid, 'SIGKILL');
}

/** True while a process of that id exists. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
