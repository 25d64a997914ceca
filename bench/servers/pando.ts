// Pando, started as a user starts it: the command line, a directory on disk (or --memory), one process for all its primaries.

import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {Child} from '../system/children.ts';
import {freePorts} from '../system/ports.ts';
import {childrenOf} from '../system/process-stats.ts';
import type {Counters, Place, Server} from './server.ts';
import {waitForAnswer} from './server.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));

/**
 * `pando-memory-1` keeps its data in memory: for the time to start only, never for a comparison of durable commits. `pando-log-replay-2` runs in another
 * coherence mode than fusion, `pando-optimistic-page-2` with conflicts of whole pages, `pando-quorum-1` on six storage nodes.
 */
const NAME = /^pando-(memory-)?(quorum-)?(?:(log-replay|optimistic|single-writer)-)?(page-)?(\d+)$/;

/** Shares of the memory for pages: the rest of it, the local pools, comes on top in the primaries' own buffers. */
const LOCAL_SHARE = 0.25;

export class Pando implements Server {
  readonly canRestart = true;
  readonly name: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly #httpPort: number;
  readonly #args: readonly string[];
  #child: Child | undefined;

  private constructor(name: string, port: number, primaries: number, sizes: Record<string, string>, data: string[]) {
    this.name = name;
    this.version = execFileSync(process.execPath, [MAIN, '--version'], {encoding: 'utf8'}).trim();
    this.ports = Array.from({length: primaries}, (_, i) => port + 1 + i);
    this.#httpPort = port + primaries + 1;
    const options = {primaries: String(primaries), 'max-connections': '6000', ...sizes};
    this.settings = {
      ...options,
      data: data.length === 1 ? 'memory' : 'disk',
      durability: 'log forced before commit',
    };
    this.#args = [
      ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]),
      '--port',
      String(port),
      '--http-port',
      String(this.#httpPort),
      ...data,
    ];
  }

  static isNameOf(name: string): boolean {
    return NAME.test(name);
  }

  static async make(name: string, place: Place): Promise<Pando> {
    const [, memory, quorum, mode = 'fusion', page, count] = NAME.exec(name) as RegExpExecArray;
    const primaries = Number(count);
    const port = await freePorts(primaries + 2);
    const local = Math.max(64, Math.round(place.bufferMiB * LOCAL_SHARE));
    const sizes = {
      mode,
      ...(page === undefined ? {} : {'optimistic-granularity': 'page'}),
      ...(quorum === undefined ? {} : {volume: 'quorum'}),
      dbp: `${place.bufferMiB}M`,
      lbp: `${local}M`,
    };
    return new Pando(
      name,
      port,
      primaries,
      sizes,
      memory === undefined ? ['--data', place.scratch.make(name)] : ['--memory'],
    );
  }

  get pids(): readonly number[] {
    if (this.#child === undefined || this.#child.isOver) return [];
    const {pid} = this.#child;
    return [pid, ...childrenOf(pid)];
  }

  get output(): string {
    return this.#child?.output ?? '';
  }

  async start(): Promise<number> {
    const started = performance.now();
    const child = await Child.start(this.name, process.execPath, [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'start',
      ...this.#args,
    ]);
    this.#child = child;
    const alive = (): boolean => !child.isOver;
    const times = await Promise.all(this.ports.map(port => waitForAnswer(port, started, alive)));
    return Math.min(...times);
  }

  async stop(): Promise<void> {
    await this.#child?.end();
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  /** Sums over the primaries of what /metrics shows. */
  async counters(): Promise<Counters> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}/metrics`);
    return parseMetrics(await response.text());
  }
}

/** Sums of the `_total` counters, and the storage figures, of a text in Prometheus' format. */
export function parseMetrics(text: string): Counters {
  const sums: Record<string, number> = {};
  for (const match of text.matchAll(/^pando_(\w+?)(?:_total)?(?:\{[^}]*\})? (\S+)$/gm)) {
    const [, name, value] = match as unknown as [string, string, string];
    sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
}
